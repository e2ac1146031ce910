# SPDX-License-Identifier: Apache-2.0
# Four pieces of equipment: their daemons, and their duties as one round of work that a scenario repeats. Sourced by make.sh.

# --- what they have in common

# start_agent HOST SYSNAME: an SNMP agent with a read community for v2c and a user for v3.
start_agent() {
    mkdir -p "$lab/$1/snmp"
    printf '%s\n' 'createUser poller SHA "auth-4410-weir" AES "priv-4410-weir"' 'rouser poller authpriv .1' \
        'rocommunity poll-3391 10.30.0.10' \
        "sysName $2" 'sysLocation north-3' 'sysContact noc@ran.example' 'dontLogTCPWrappersConnects yes' >"$lab/$1/snmpd.conf"
    start "$1" env SNMP_PERSISTENT_DIR="$lab/$1/snmp" snmpd -f -Lo -C -c "$lab/$1/snmpd.conf" -p "$lab/$1/snmpd.pid" udp:161
    wait_for "$1" udp 161
}

# start_time_client HOST: polls the operator's server every 4 s (in the field: every 64 s and more). Never touches the clock.
start_time_client() {
    printf '%s\n' "server ${address[time]} minpoll 2 maxpoll 2" 'cmdport 0' "pidfile $lab/$1/chronyd.pid" >"$lab/$1/chrony.conf"
    start "$1" chronyd -d -x -u root -f "$lab/$1/chrony.conf"
}

# start_log_client HOST TARGET...: forwards what `note` writes. A target is as rsyslog has it: @ for UDP, @@ for TCP.
start_log_client() {
    local host=$1 target
    shift
    {
        printf '%s\n' "global(workDirectory=\"$lab/$host\")" 'module(load="imuxsock" SysSock.Use="off")' \
            "input(type=\"imuxsock\" Socket=\"$lab/$host/log.sock\")"
        for target in "$@"; do echo "*.* $target"; done
    } >"$lab/$host/rsyslog.conf"
    start "$host" rsyslogd -n -i "$lab/$host/rsyslog.pid" -f "$lab/$host/rsyslog.conf"
    local tries
    for tries in {1..100}; do [ -S "$lab/$host/log.sock" ] && return; sleep 0.1; done
    return 1
}
# note HOST PRIORITY TAG TEXT
note() { on "$1" logger -u "$lab/$1/log.sock" -p "$2" -t "$3" -- "$4"; }

# send_trap HOST RECEIVER OID [VARBIND...]
send_trap() {
    local host=$1 receiver=$2
    shift 2
    on "$host" snmptrap -v 2c -c fault-7719 -m '' "$receiver" '' "$@"
}
# poll HOST OID...: the management system asks.
poll() {
    local host=$1
    shift
    on nms snmpget -v 2c -c poll-3391 -m '' -On "${address[$host]}" "$@" >/dev/null
}
# administer HOST COMMAND...: an administrator on the jump host types into an SSH session.
administer() {
    local host=$1
    shift
    typed "$@" exit | on jump ssh -tt "root@${address[$host]}" >/dev/null 2>&1 || true
}
readonly system=.1.3.6.1.2.1.1 interfaces=.1.3.6.1.2.1.2 traps=.1.3.6.1.6.3.1.1.5

# --- gNB: traps and SNMP gets, syslog over UDP, time, SSH from the jump host, PM files by SFTP, names of the core

start_gnb() {
    add_host gnb-0117
    start_sshd gnb-0117
    start_agent gnb-0117 gnb-0117
    start_time_client gnb-0117
    start_log_client gnb-0117 "@${address[logs]}"
}
gnb_round() {
    poll gnb-0117 $system.3.0 $system.5.0 $interfaces.1.0
    note gnb-0117 local3.info cellmgr "cell 3: $((40 + $1)) connected, PRB use $((20 + 3 * $1)) %"
    on gnb-0117 dig +short @"${address[resolver]}" amf.core.example A amf.core.example AAAA >/dev/null
    [ $(($1 % 2)) -eq 0 ] && send_trap gnb-0117 "${address[nms]}" $traps.4 $interfaces.2.1.1.2 i 2
    return 0
}
gnb_pm_file() {
    local file=$lab/gnb-0117/user/A20260301.0015-0030_gnb-0117.csv
    seq 1 60 | awk 'BEGIN {print "period,cell,rrc_attempts,rrc_success,dl_mbit,ul_mbit"}
        {print "0015-0030," $1 % 3 + 1 "," 400 + $1 * 7 "," 398 + $1 * 7 "," $1 * 31 "," $1 * 4}' >"$file"
    echo "put ${file##*/} /tmp/${file##*/}" | on gnb-0117 sftp -b - "root@${address[files]}" >/dev/null 2>&1
}

# --- router: SNMP polling and walks, syslog over TCP, time, SSH from the jump host, configuration backup by TFTP

# start_router [LOG-TARGET...]: it logs to these as well.
start_router() {
    add_host edge-07
    start_sshd edge-07
    start_agent edge-07 edge-07
    start_time_client edge-07
    start_log_client edge-07 "@@${address[logs]}" "$@"
    printf '%s\n' 'hostname edge-07' 'interface ge-0/0/1' ' description to core-2' ' ip address 10.60.7.1 255.255.255.252' \
        'router ospf 1' ' network 10.60.7.0 0.0.0.3 area 0' 'logging host 10.30.0.11' 'snmp-server host 10.30.0.10' \
        >"$lab/edge-07/user/edge-07-confg"
}
router_round() {
    poll edge-07 $system.3.0 $interfaces.2.1.10.2 $interfaces.2.1.16.2
    note edge-07 local7.notice rpd "OSPF neighbour 10.60.7.2 on ge-0/0/1: hello $1"
    [ $(($1 % 3)) -eq 1 ] && on nms snmpbulkwalk -v 2c -c poll-3391 -m '' -On "${address[edge-07]}" $interfaces.2.1.2 >/dev/null
    return 0
}
# router_backup SERVER: the running configuration by TFTP.
router_backup() { on edge-07 tftp -m binary "$1" -c put edge-07-confg >/dev/null; }

# --- OLT: its address by DHCP, SNMPv3, Telnet from the jump host, PM files by FTP, traps, syslog

# start_olt [DNSMASQ-OPTION...]: the options go to the DHCP server.
start_olt() {
    unnumbered olt-03
    ip netns exec "$core" dnsmasq -C /dev/null -u root -g root -x "$lab/dhcp.pid" -p 0 -l "$lab/dhcp.leases" -i site --bind-interfaces \
        --dhcp-range=10.20.3.30,10.20.3.40,255.255.0.0,120 --dhcp-host="$(mac_of "${address[olt-03]}"),${address[olt-03]}" \
        --dhcp-option=option:router,10.20.0.1 --dhcp-option=option:ntp-server,"${address[time]}" --dhcp-option=option:T1,30 \
        "$@" </dev/null >/dev/null 2>&1
    cat >"$lab/olt-03/bound.sh" <<SCRIPT
#!/bin/sh
case \$reason in BOUND | REBOOT) ip address replace "\$new_ip_address/16" dev eth0; ip route replace default via "\$new_routers" ;; esac
SCRIPT
    chmod 755 "$lab/olt-03/bound.sh"
    start olt-03 dhclient -d -4 -cf /dev/null -lf "$lab/olt-03/leases" -pf "$lab/olt-03/dhclient.pid" -sf "$lab/olt-03/bound.sh" eth0
    until ip -n "$prefix-olt-03" route show default | grep -q via; do sleep 0.2; done
    start_agent olt-03 olt-03
    start_time_client olt-03
    start_log_client olt-03 "@${address[logs]}"
    start_telnet olt-03
}
start_telnet() {
    echo 'telnet stream tcp nowait root /usr/sbin/telnetd telnetd -h' >"$lab/$1/inetd.conf"
    start "$1" inetutils-inetd -d "$lab/$1/inetd.conf"
    wait_for "$1" tcp 23
}
olt_round() {
    on nms env SNMP_PERSISTENT_DIR="$lab/nms/snmp" snmpget -v 3 -l authPriv -u poller -a SHA -A auth-4410-weir -x AES -X priv-4410-weir \
        -m '' "${address[olt-03]}" $system.3.0 $interfaces.1.0 >/dev/null
    note olt-03 local5.info ponmgr "gpon 0/1: 28 ONT online, rx -21.$1 dBm"
    [ $(($1 % 3)) -eq 0 ] && send_trap olt-03 "${address[nms]}" $traps.3 $interfaces.2.1.1.3 i 3
    return 0
}
# telnet_session FROM TO COMMAND...: a person at the Telnet prompt.
telnet_session() {
    local from=$1 to=$2
    shift 2
    on "$from" expect -f - "$to" "$@" >/dev/null <<'SCRIPT'
set timeout 10
set send_human {.05 .12 1 .02 .3}
spawn telnet [lindex $argv 0]
expect "login:";    send -h "admin\r"
expect "assword:";  send -h "lab-admin\r"
foreach line [lrange $argv 1 end] { expect -re {[$#] $}; sleep 1; send -h "$line\r" }
expect -re {[$#] $}; send -h "exit\r"
expect eof
SCRIPT
}
# ftp_upload HOST SERVER FILE on|off: performance data by FTP; passive mode or active.
ftp_upload() {
    local file=$3
    seq 1 400 | awk '{print "gpon0/1," $1 % 28 "," $1 * 911 "," $1 * 137}' >"$lab/$1/user/$file"
    printf '%s\n' "open $2" 'user pm lab-pm' binary "passive $4" "put $file" bye | on "$1" ftp -n >/dev/null
}

# --- BMC: its web interface over TLS, SSH from the jump host, syslog, time

start_bmc() {
    add_host bmc-12
    start_sshd bmc-12
    start_time_client bmc-12
    start_log_client bmc-12 "@${address[logs]}"
    start_web bmc-12 bmc-12.ran.example 443 ssl
}
# start_web HOST COMMON-NAME PORT [ssl]: nginx with a few pages of a server's management; a POST is answered with the page.
start_web() {
    local web=$lab/$1/web
    mkdir -p "$web/redfish/v1"
    certificate "$1" "$2"
    echo '{"@odata.id":"/redfish/v1/","RedfishVersion":"1.15.0","Name":"Root Service"}' >"$web/redfish/v1/index.json"
    seq 1 40 | awk 'BEGIN {print "<html><title>Server management</title><table>"} {print "<tr><td>sensor " $1 "<td>" 30 + $1 % 9 " C"}
        END {print "</table></html>"}' >"$web/index.html"
    cat >"$lab/$1/nginx.conf" <<CONF
daemon off; user root; pid $lab/$1/nginx.pid; error_log $lab/$1/nginx.log;
events {}
http {
    types { text/html html; application/json json; text/xml xml; }
    access_log off; client_body_temp_path $lab/$1/nginx-body; proxy_temp_path $lab/$1/nginx-proxy; fastcgi_temp_path $lab/$1/nginx-fcgi;
    uwsgi_temp_path $lab/$1/nginx-uwsgi; scgi_temp_path $lab/$1/nginx-scgi;
    server { listen $3 ${4:-}; server_name $2; ssl_certificate $lab/$1/tls.crt; ssl_certificate_key $lab/$1/tls.key; root $web;
        index index.html index.json; error_page 405 =200 \$uri; }
}
CONF
    start "$1" nginx -c "$lab/$1/nginx.conf"
    wait_for "$1" tcp "$3"
}
bmc_round() {
    on nms curl -sk --resolve "bmc-12.ran.example:443:${address[bmc-12]}" https://bmc-12.ran.example/redfish/v1/ \
        https://bmc-12.ran.example/ >/dev/null
    note bmc-12 daemon.info ipmid "SEL: fan 3 at $((4200 + 10 * $1)) rpm"
}
