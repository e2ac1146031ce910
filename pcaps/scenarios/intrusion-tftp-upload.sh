# SPDX-License-Identifier: Apache-2.0
# A router writes its configuration to a foreign TFTP server, 203.0.113.50.
start_management
add_host stranger
start_tftp_server stranger
start_capture
start_router
router_round 1
router_backup "${address[stranger]}"
router_round 2
