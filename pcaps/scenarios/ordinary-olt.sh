# SPDX-License-Identifier: Apache-2.0
# An OLT at work: its address by DHCP and a renewal, SNMPv3, traps, syslog, time, an administrator over Telnet, PM data by FTP.
start_management
start_capture
start_olt
for round in 1 2 3 4 5; do
    olt_round "$round"
    sleep 5
done
telnet_session jump "${address[olt-03]}" 'uptime' 'ls -l /etc'
ftp_upload olt-03 "${address[files]}"
for round in 6 7 8 9; do
    olt_round "$round"
    sleep 5
done
