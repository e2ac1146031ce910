# SPDX-License-Identifier: Apache-2.0
# An OLT at work: its address by DHCP and a renewal, SNMPv3, traps, syslog, time, an administrator over Telnet, PM data by FTP.
start_management
start_capture
start_olt
for round in 1 2 3 4 5; do
    olt_round "$round"
    sleep 5
done
telnet_session jump "${address[olt-03]}" 'uptime' 'cat /etc/resolv.conf'
ftp_upload olt-03 "${address[files]}" pm-0015.csv on
ftp_upload olt-03 "${address[files]}" pm-0030.csv off
for round in 6 7 8 9; do
    olt_round "$round"
    sleep 5
done
