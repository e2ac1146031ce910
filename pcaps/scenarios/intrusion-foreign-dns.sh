# SPDX-License-Identifier: Apache-2.0
# An OLT asks a foreign resolver, 198.51.100.53, over UDP, TCP and TLS.
start_management
add_host open-resolver
start_resolver open-resolver --address=/relay.example/203.0.113.50 --txt-record=task.relay.example,"sleep 3600"
certificate open-resolver dns.example
start open-resolver socat "OPENSSL-LISTEN:853,reuseaddr,fork,cert=$lab/open-resolver/tls.pem,verify=0" TCP:127.0.0.1:53
wait_for open-resolver tcp 853
start_capture
start_olt
olt_round 1
on olt-03 dig +short @"${address[open-resolver]}" relay.example A >/dev/null
on olt-03 dig +short @"${address[open-resolver]}" task.relay.example TXT >/dev/null
on olt-03 dig +tcp +short @"${address[open-resolver]}" relay.example A >/dev/null
on olt-03 dig +tls +short @"${address[open-resolver]}" relay.example A >/dev/null
olt_round 2
