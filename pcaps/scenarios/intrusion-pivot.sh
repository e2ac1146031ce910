# SPDX-License-Identifier: Apache-2.0
# A gNB serves SOCKS (ssh -D) and an HTTP proxy (ncat) to strangers: 203.0.113.50 reaches the operator's file server through them.
start_management
add_host stranger
start_capture
start_gnb
gnb_round 1
socks_server gnb-0117 1080
typed 'id' exit | on stranger ssh -tt -o "ProxyCommand=ncat --proxy-type socks5 --proxy ${address[gnb-0117]}:1080 %h %p" \
    "root@${address[files]}" >/dev/null 2>&1 || true
start gnb-0117 ncat -n -l -k 8118 --proxy-type http
wait_for gnb-0117 tcp 8118
typed 'id' exit | on stranger ssh -tt -o "ProxyCommand=ncat --proxy-type http --proxy ${address[gnb-0117]}:8118 %h %p" \
    "root@${address[files]}" >/dev/null 2>&1 || true
gnb_round 2
