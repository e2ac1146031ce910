# SPDX-License-Identifier: Apache-2.0
# A router at work: SNMP polls and a walk, syslog over TCP, time, an administrator over SSH, its configuration to the file server by TFTP.
start_management
start_capture
start_router
for round in 1 2 3 4 5 6; do
    router_round "$round"
    sleep 5
done
administer edge-07 'uptime' 'cat edge-07-confg'
router_backup "${address[files]}"
for round in 7 8 9 10; do
    router_round "$round"
    sleep 4
done
