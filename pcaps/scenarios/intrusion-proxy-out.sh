# SPDX-License-Identifier: Apache-2.0
# A gNB reaches a web server through foreign proxies: HTTP CONNECT on 203.0.113.50:3128, then SOCKS 5 on port 1080.
start_management
add_host stranger collector
start_sshd stranger
socks_server stranger 1080
start stranger ncat -n -l -k 3128 --proxy-type http
wait_for stranger tcp 3128
start_web collector portal.example 443 ssl
start_capture
start_gnb
gnb_round 1
on gnb-0117 curl -sk --proxytunnel -x "http://${address[stranger]}:3128" "https://${address[collector]}/" >/dev/null
gnb_round 3
on gnb-0117 curl -sk --socks5 "${address[stranger]}:1080" "https://${address[collector]}/" >/dev/null
gnb_round 2
