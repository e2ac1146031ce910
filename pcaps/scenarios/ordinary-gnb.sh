# SPDX-License-Identifier: Apache-2.0
# A gNB at work: SNMP polls and traps, syslog, time, names, an administrator over SSH, a PM file by SFTP.
start_management
start_capture
start_gnb
for round in 1 2 3 4 5 6; do
    gnb_round "$round"
    sleep 5
done
administer gnb-0117 'uptime' 'cat /etc/resolv.conf'
gnb_pm_file
for round in 7 8 9 10; do
    gnb_round "$round"
    sleep 4
done
