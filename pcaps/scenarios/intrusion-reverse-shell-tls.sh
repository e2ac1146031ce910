# SPDX-License-Identifier: Apache-2.0
# A router opens a reverse shell inside TLS 1.3 to 203.0.113.50:443 (socat on both ends).
start_management
add_host stranger
start_capture
start_router
router_round 1
tls_shell edge-07 443 TLS1.3
router_round 2
