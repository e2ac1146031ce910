# SPDX-License-Identifier: Apache-2.0
# A gNB opens a shell to 203.0.113.50 on TCP port 53, where DNS belongs (Python to ncat).
start_management
add_host stranger
start_capture
start_gnb
gnb_round 1
python_shell gnb-0117 53
gnb_round 2
