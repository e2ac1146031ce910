# SPDX-License-Identifier: Apache-2.0
# A BMC opens a reverse shell inside TLS 1.2 to 203.0.113.50:8443: the self-signed certificate is in sight.
start_management
add_host stranger
start_capture
start_bmc
bmc_round 1
tls_shell bmc-12 8443 TLS1.2
bmc_round 2
