# SPDX-License-Identifier: Apache-2.0
# A BMC opens SSH to 203.0.113.50 and forwards a port back (ssh -R); a session into the BMC runs inside it.
start_management
add_host stranger
start_sshd stranger
start_capture
start_bmc
bmc_round 1
ssh_reverse_tunnel bmc-12
bmc_round 2
