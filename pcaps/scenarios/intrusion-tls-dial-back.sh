# SPDX-License-Identifier: Apache-2.0
# A BMC opens TCP/8443 to 203.0.113.50 and is the TLS server in it; commands come from the client (Python on both ends).
start_management
add_host stranger
start_capture
start_bmc
bmc_round 1
tls_dial_back bmc-12 8443
bmc_round 2
