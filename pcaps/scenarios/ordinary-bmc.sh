# SPDX-License-Identifier: Apache-2.0
# A BMC at work: its web interface over TLS, syslog, time, an administrator over SSH.
start_management
start_capture
start_bmc
for round in 1 2 3 4 5 6; do
    bmc_round "$round"
    sleep 5
done
administer bmc-12 'uptime' 'cat /etc/resolv.conf'
for round in 7 8 9; do
    bmc_round "$round"
    sleep 4
done
