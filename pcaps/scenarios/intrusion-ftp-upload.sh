# SPDX-License-Identifier: Apache-2.0
# An OLT uploads a file to a foreign FTP server, 203.0.113.50.
start_management
add_host stranger
start_ftp_server stranger
start_capture
start_olt
olt_round 1
ftp_upload olt-03 "${address[stranger]}" running-config on
olt_round 2
