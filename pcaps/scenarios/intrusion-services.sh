# SPDX-License-Identifier: Apache-2.0
# A gNB asks for names of tunnel, remote desktop and vendor services, and opens TLS to them (dig, curl).
start_management
add_host collector
start_web collector portal.example 443 ssl
start_capture
start_gnb
gnb_round 1
for name in demo.ngrok-free.app hello.trycloudflare.com relay-3.net.anydesk.com router5.teamviewer.com register.naas.huawei.com; do
    on gnb-0117 dig +short +tries=1 +timeout=1 @"${address[resolver]}" "$name" A >/dev/null || true
    on gnb-0117 curl -sk --resolve "$name:443:${address[collector]}" "https://$name/" >/dev/null
done
on gnb-0117 curl -sk --resolve "dns.google:443:${address[collector]}" "https://dns.google/dns-query" >/dev/null
gnb_round 2
