# SPDX-License-Identifier: Apache-2.0
# An OLT asks a foreign resolver, 198.51.100.53, over UDP and TCP.
start_management
add_host open-resolver
start_resolver open-resolver --address=/relay.example/203.0.113.50 --txt-record=task.relay.example,"sleep 3600"
start_capture
start_olt
olt_round 1
on olt-03 dig +short @"${address[open-resolver]}" relay.example A >/dev/null
on olt-03 dig +short @"${address[open-resolver]}" task.relay.example TXT >/dev/null
on olt-03 dig +tcp +short @"${address[open-resolver]}" relay.example A >/dev/null
olt_round 2
