# SPDX-License-Identifier: Apache-2.0
# An access device reports to its ACS, whose answer moves it to a foreign ACS (curl and nginx speak TR-069's messages).
start_management
add_host stranger
mkdir -p "$lab/stranger/web/acs"
cat >"$lab/stranger/web/acs/index.html" <<'XML'
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:cwmp="urn:dslforum-org:cwmp-1-0"><soap:Body><cwmp:SetParameterValues>
<ParameterList><ParameterValueStruct><Name>Device.ManagementServer.URL</Name><Value>http://203.0.113.50:7547/</Value></ParameterValueStruct></ParameterList>
<ParameterKey>1</ParameterKey></cwmp:SetParameterValues></soap:Body></soap:Envelope>
XML
start_web stranger acs.example 7547
start_capture
start_olt
olt_round 1
on olt-03 curl -s "http://${address[stranger]}:7547/acs/" >/dev/null
olt_round 2
