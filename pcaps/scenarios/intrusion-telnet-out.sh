# SPDX-License-Identifier: Apache-2.0
# A router opens Telnet to 203.0.113.50 and somebody logs in there.
start_management
add_host stranger
start_telnet stranger
start_capture
start_router
router_round 1
telnet_session edge-07 "${address[stranger]}" 'id' 'uname -nmo'
router_round 2
