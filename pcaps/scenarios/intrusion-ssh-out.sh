# SPDX-License-Identifier: Apache-2.0
# A router opens SSH to 203.0.113.50, on port 22 and on port 22222, and somebody works there.
start_management
add_host stranger
start_sshd stranger 22 22222
start_capture
start_router
router_round 1
ssh_out edge-07 22
router_round 3
ssh_out edge-07 22222
router_round 2
