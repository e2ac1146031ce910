// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/management_api.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

std::string api(std::string_view target) {
    const ManagementApi found = management_api(as_bytes(target));
    return found.name.empty() ? "none" : std::string{found.name} + ' ' + std::string{as_text(found.resource)};
}

}  // namespace

TEST_CASE("management interfaces: by the root of the path") {
    CHECK(api("/restconf/data/ietf-interfaces:interfaces?depth=1") == "restconf data/ietf-interfaces:interfaces");
    CHECK(api("/restconf") == "restconf ");
    CHECK(api("/rests/operations/reboot") == "restconf operations/reboot");
    CHECK(api("http://10.0.0.1:8181/restconf/data") == "restconf data");
    CHECK(api("/redfish/v1/Systems/1/Actions/ComputerSystem.Reset") == "redfish v1/Systems/1/Actions/ComputerSystem.Reset");
    CHECK(api("/redfishing") == "none");
    CHECK(api("/index.html?next=/redfish/v1") == "none");
    CHECK(api("http://host") == "none");
    CHECK(api("*") == "none");
    CHECK(api("") == "none");
}
