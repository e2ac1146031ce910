# SPDX-License-Identifier: Apache-2.0
# A BMC opens TCP/443 to 203.0.113.50 and is the SSH server in it (socat and sshd -i).
start_management
add_host stranger
start_capture
start_bmc
bmc_round 1
ssh_dial_back bmc-12 443
bmc_round 2
