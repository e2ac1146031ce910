# SPDX-License-Identifier: Apache-2.0
# A router sends its traps and its syslog to a foreign server 198.51.100.23 as well.
start_management
add_host collector
start_trap_receiver collector
start_log_server collector
start_capture
start_router "@${address[collector]}"
router_round 1
note edge-07 local7.warning mgd 'admin changed syslog host'
send_trap edge-07 "${address[collector]}" $traps.5
note edge-07 auth.notice sshd 'Accepted publickey for root from 10.30.0.20 port 40112'
send_trap edge-07 "${address[collector]}" $traps.4 $interfaces.2.1.1.2 i 2
router_round 2
