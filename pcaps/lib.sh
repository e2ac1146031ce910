# SPDX-License-Identifier: Apache-2.0
# The laboratory of one capture: network namespaces for the hosts, a router between them, tcpdump at the site's port.
# Everything lives in namespaces and one temporary folder, and goes away with close_lab. Sourced by make.sh; needs root.

# Who is who. Equipment stands at the site, its management behind the operator's network, strangers on the Internet.
declare -rA address=(
    [gnb-0117]=10.20.1.11 [edge-07]=10.20.2.7 [olt-03]=10.20.3.31 [bmc-12]=10.20.4.41
    [nms]=10.30.0.10 [logs]=10.30.0.11 [time]=10.30.0.12 [resolver]=10.30.0.13 [files]=10.30.0.14 [jump]=10.30.0.20
    [stranger]=203.0.113.50 [collector]=198.51.100.23 [open-resolver]=198.51.100.53)
declare -rA gateway=([site]=10.20.0.1 [oam]=10.30.0.1 [wan]=203.0.113.1 [far]=198.51.100.1)

# The network that an address belongs to: name and prefix length.
network_of() {
    case $1 in
        10.20.*) echo site 16 ;;
        10.30.*) echo oam 24 ;;
        203.0.113.*) echo wan 24 ;;
        *) echo far 24 ;;
    esac
}

# Checksums are computed where the packet leaves, and segments have the size that the wire would carry.
as_on_a_wire() { ip netns exec "$1" ethtool -K "$2" rx off tx off sg off tso off gso off gro off >/dev/null 2>&1 || true; }

# The router with one bridge per network. `site` is where the sensor stands: what is routed to or from the site passes it.
open_lab() {
    lab=$(mktemp -d /tmp/weir-lab.XXXXXX)
    chmod 755 "$lab"
    prefix=weir-$$
    core=$prefix-core
    hosts=()
    trap close_lab EXIT
    ip netns add "$core"
    ip -n "$core" link set lo up
    ip netns exec "$core" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.default.disable_ipv6=1
    local name length
    for name in "${!gateway[@]}"; do
        read -r _ length <<<"$(network_of "${gateway[$name]}")"
        ip -n "$core" link add "$name" type bridge mcast_snooping 0
        ip -n "$core" link set "$name" address "$(mac_of "${gateway[$name]}")" up
        ip -n "$core" address add "${gateway[$name]}/$length" dev "$name"
        as_on_a_wire "$core" "$name"
    done
}

# A MAC that tells its address: 02:00 and the four bytes.
mac_of() { printf '02:00:%02x:%02x:%02x:%02x' ${1//./ }; }

# add_host NAME...: a namespace with one port on its network. `unnumbered NAME` leaves the address to DHCP.
add_host() {
    local name
    for name in "$@"; do
        unnumbered "$name"
        read -r _ length <<<"$(network_of "${address[$name]}")"
        ip -n "$prefix-$name" address add "${address[$name]}/$length" dev eth0
        ip -n "$prefix-$name" route add default via "${gateway[$network]}"
    done
}
unnumbered() {
    local name=$1 namespace=$prefix-$1
    read -r network length <<<"$(network_of "${address[$name]}")"
    ip netns add "$namespace"
    hosts+=("$name")
    ip -n "$namespace" link set lo up
    ip -n "$core" link add "$name" type veth peer name eth0 netns "$namespace"
    ip -n "$namespace" link set eth0 address "$(mac_of "${address[$name]}")"
    as_on_a_wire "$core" "$name"
    as_on_a_wire "$namespace" eth0
    ip -n "$core" link set "$name" master "$network" up
    ip -n "$namespace" link set eth0 up
    home_of "$name"
}

# The folder that a host sees as /root, /etc/passwd and the like.
home_of() {
    local home=$lab/$1
    mkdir -p "$home/user/.ssh" "$home/pam.d" "$home/run"
    chmod 755 "$home"
    chmod 700 "$home/user" "$home/user/.ssh"
    # The accounts that the daemons drop to, as this machine numbers them, and three people.
    grep -E '^(daemon|nobody|sshd|ftp|tftp|_chrony|Debian-snmp|www-data|syslog|dnsmasq):' /etc/passwd >"$home/passwd"
    printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' 'admin:x:4201:4201:on-site administrator:/tmp:/bin/bash' \
        "pm:x:4202:4202:performance data:$lab/files/pm:/bin/bash" >>"$home/passwd"
    { grep -E '^(daemon|nogroup|ftp|tftp|_chrony|Debian-snmp|www-data|syslog|tty|adm|utmp|dip):' /etc/group
      printf '%s\n' 'root:x:0:' 'admin:x:4201:' 'pm:x:4202:'; } >"$home/group"
    {
        printf 'root:*:19000::::::\n'
        printf '%s:%s:19000::::::\n' admin "$(openssl passwd -6 -salt weir lab-admin)" pm "$(openssl passwd -6 -salt weir lab-pm)"
    } >"$home/shadow"
    local service
    for service in login vsftpd sshd other; do
        printf '%s required pam_unix.so\n' auth account session >"$home/pam.d/$service"
    done
    [ -f "$lab/key" ] || ssh-keygen -q -t ed25519 -N '' -C admin@jump -f "$lab/key"
    cp "$lab/key" "$home/user/.ssh/id_ed25519"
    cp "$lab/key.pub" "$home/user/.ssh/authorized_keys"
    printf 'StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n' >"$home/user/.ssh/config"
    echo "nameserver ${address[resolver]}" >"$home/resolv.conf"
}

# on HOST COMMAND...: runs it there, with the host's name, home, accounts and resolver, and with nothing of our environment.
on() {
    local name=$1
    shift
    ip netns exec "$prefix-$name" unshare --uts -- env -i LAB="$lab" HOST="$name" HOME=/root USER=root TERM=vt100 LANG=C.UTF-8 \
        SHELL=/bin/bash PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -c '
            hostname "$HOST"
            mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/sshd /run/vsftpd/empty /run/chrony
            mount --bind "$LAB/$HOST/user" /root
            for file in passwd group shadow resolv.conf pam.d; do mount --bind "$LAB/$HOST/$file" "/etc/$file"; done
            cd /root; unset LAB HOST OLDPWD; exec "$@"' bash "$@"
}
# start HOST COMMAND...: a daemon there; it ends with the laboratory.
start() { on "$@" </dev/null >>"$lab/$1/log" 2>&1 & }

# wait_for HOST tcp|udp PORT: until something listens there.
wait_for() {
    local tries
    for tries in {1..100}; do
        ip netns exec "$prefix-$1" ss -Hln "--$2" "sport = :$3" | grep -q . && return
        sleep 0.1
    done
    echo "$1: nothing listens on $2/$3" >&2
    tail -5 "$lab/$1/log" >&2
    return 1
}

# certificate HOST COMMON-NAME: self-signed, as an appliance makes for itself.
certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/O=Example/CN=$2" \
        -keyout "$lab/$1/tls.key" -out "$lab/$1/tls.crt" 2>/dev/null
    cat "$lab/$1/tls.key" "$lab/$1/tls.crt" >"$lab/$1/tls.pem"
}

# typed "LINE"...: an operator at the keyboard, one line after the other.
typed() {
    local line
    sleep 1
    for line in "$@"; do
        printf '%s\n' "$line"
        sleep 1.5
    done
}

start_capture() {
    : >"$lab/tcpdump.log"
    ip netns exec "$core" tcpdump -Z root -i site -U -s 0 -w "$lab/capture.pcap" 2>"$lab/tcpdump.log" &
    capture_id=$!
    until grep -q 'listening on' "$lab/tcpdump.log"; do sleep 0.1; done
}
# stop_capture FILE: the last packets get through, then the file is complete.
stop_capture() {
    sleep 1
    kill -INT "$capture_id"
    wait "$capture_id" || true
    cp "$lab/capture.pcap" "$1"
}

# Ends the processes inside our namespaces, by id, and takes the namespaces and the folder away.
close_lab() {
    local name ids
    for name in "${hosts[@]}" core; do
        ids=$(ip netns pids "$prefix-$name" 2>/dev/null) || continue
        [ -n "$ids" ] && kill -KILL $ids 2>/dev/null
        ip netns delete "$prefix-$name" 2>/dev/null
    done
    wait 2>/dev/null
    rm -rf "$lab"
    trap - EXIT
}
