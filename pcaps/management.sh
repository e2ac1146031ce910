# SPDX-License-Identifier: Apache-2.0
# The operator's side: what equipment is managed from and reports to. Sourced by make.sh.

# SSH daemon with the laboratory's key; more ports may follow.
start_sshd() {
    local host=$1 port
    shift
    [ -f "$lab/$host/host_key" ] || ssh-keygen -q -t ed25519 -N '' -C "$host" -f "$lab/$host/host_key"
    {
        for port in "${@:-22}"; do echo "Port $port"; done
        printf '%s\n' "HostKey $lab/$host/host_key" 'PermitRootLogin prohibit-password' 'UsePAM no' 'StrictModes no' 'UseDNS no' \
            'PidFile none' 'Subsystem sftp internal-sftp' 'PrintMotd no' 'GatewayPorts yes'
    } >"$lab/$host/sshd_config"
    start "$host" /usr/sbin/sshd -D -e -f "$lab/$host/sshd_config"
    wait_for "$host" tcp "${1:-22}"
}

# Syslog server on UDP and TCP 514.
start_log_server() {
    printf '%s\n' "global(workDirectory=\"$lab/$1\")" 'module(load="imudp")' 'module(load="imtcp")' 'input(type="imudp" port="514")' \
        'input(type="imtcp" port="514")' "*.* $lab/$1/received.log" >"$lab/$1/rsyslog.conf"
    start "$1" rsyslogd -n -i "$lab/$1/rsyslog.pid" -f "$lab/$1/rsyslog.conf"
    wait_for "$1" udp 514
}

start_trap_receiver() {
    printf '%s\n' 'authCommunity log,execute,net fault-7719' 'disableAuthorization yes' >"$lab/$1/snmptrapd.conf"
    start "$1" env SNMP_PERSISTENT_DIR="$lab/$1/snmp" snmptrapd -f -Lo -C -c "$lab/$1/snmptrapd.conf" -p "$lab/$1/snmptrapd.pid" udp:162
    wait_for "$1" udp 162
}

# Answers for the operator's own names; nothing is forwarded.
start_resolver() {
    local host=$1
    shift
    start "$host" dnsmasq -k -C /dev/null -u root -g root -x "$lab/$host/dnsmasq.pid" \
        --no-resolv --no-hosts --local=/ran.example/ --local-ttl=300 "$@"
    wait_for "$host" udp 53
}

start_tftp_server() {
    mkdir -p "$lab/$1/tftp"
    chmod 777 "$lab/$1/tftp"
    start "$1" in.tftpd --foreground --listen --address 0.0.0.0:69 --create --secure "$lab/$1/tftp"
    wait_for "$1" udp 69
}

start_ftp_server() {
    mkdir -p "$lab/$1/pm"
    chown 4202:4202 "$lab/$1/pm"
    sed -i "s#:/[^:]*/pm:#:$lab/$1/pm:#" "$lab/$1/passwd"
    printf '%s\n' listen=YES background=NO anonymous_enable=NO local_enable=YES write_enable=YES seccomp_sandbox=NO isolate_network=NO \
        pasv_min_port=40000 pasv_max_port=40100 secure_chroot_dir=/run/vsftpd/empty pam_service_name=vsftpd xferlog_enable=NO \
        "ftpd_banner=$1 file service" >"$lab/$1/vsftpd.conf"
    start "$1" vsftpd "$lab/$1/vsftpd.conf"
    wait_for "$1" tcp 21
}

# All of it. The clocks of the laboratory are never set: chronyd -x.
start_management() {
    add_host nms logs time resolver files jump
    start_trap_receiver nms
    start_log_server logs
    printf '%s\n' 'local stratum 2' 'allow 10.0.0.0/8' 'cmdport 0' "pidfile $lab/time/chronyd.pid" >"$lab/time/chrony.conf"
    start time chronyd -d -x -u root -f "$lab/time/chrony.conf"
    start_resolver resolver --host-record=nms.ran.example,10.30.0.10 --host-record=logs.ran.example,10.30.0.11 \
        --host-record=time.ran.example,10.30.0.12 --host-record=files.ran.example,10.30.0.14 --host-record=amf.core.example,10.40.0.1 \
        --ptr-record=11.1.20.10.in-addr.arpa,gnb-0117.ran.example
    start_sshd files
    start_tftp_server files
    start_ftp_server files
    wait_for time udp 123
}
