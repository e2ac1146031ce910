// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_vendors.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace weir::learn {
namespace {

struct Vendor {
    std::string_view name;
    std::span<const std::uint32_t> enterprises;    ///< IANA private enterprise numbers
    std::span<const std::string_view> words;       ///< in descriptions, banners and vendor classes; lower case
    std::span<const std::uint32_t> prefixes;       ///< IEEE MA-L assignments, sorted
};

// Numbers from IANA's registry of private enterprise numbers, prefixes from IEEE's MA-L registry (2024-08), of large vendors a
// sample: a prefix that stands here names the vendor, one that does not says nothing.
// clang-format off

constexpr std::uint32_t huawei_prefixes[] = {
    0x001882, 0x0425c5, 0x08318b, 0x0c8fff, 0x143004, 0x18d276, 0x20283e, 0x244427, 0x2841c6, 0x2c97b1, 0x30f335, 0x3847bc, 0x3cc03e,
    0x447654, 0x487b6b, 0x50016b, 0x5439df, 0x58d061, 0x600810, 0x6429ff, 0x68cc6e, 0x704e6b, 0x749b89, 0x78dd33, 0x802ec3, 0x8492e5,
    0x88a2d7, 0x8cfd18, 0x942533, 0x985a98, 0xa031db, 0xa49b4f, 0xa8ffba, 0xb0216f, 0xb4b055, 0xbc620e, 0xc0e3fb, 0xc4aa99, 0xc8d15e,
    0xd06158, 0xd494e8, 0xdc16b2, 0xe0ad9b, 0xe4d373, 0xec1a02, 0xf063f9, 0xf4c714, 0xf89a25};
constexpr std::uint32_t zte_prefixes[] = {
    0x0015eb, 0x00e7e3, 0x089ac7, 0x101081, 0x14ca56, 0x200889, 0x247e51, 0x28af21, 0x301f48, 0x30dce7, 0x347839, 0x3890af, 0x3cbcd0,
    0x44a3c7, 0x4c16f1, 0x505e24, 0x5484dc, 0x58ffa1, 0x606bb3, 0x68275f, 0x6cb881, 0x7433e9, 0x78312b, 0x8006d9, 0x8493b2, 0x8c14b4,
    0x9079cf, 0x94286f, 0x9817f1, 0x9c635b, 0xa091c8, 0xa8a668, 0xb0c19e, 0xb8dd71, 0xc0515c, 0xc4a366, 0xcc29bd, 0xd0608c, 0xd476ea,
    0xd84a2b, 0xdc3642, 0xe04102, 0xe4604d, 0xe86e44, 0xec725b, 0xf0ed19, 0xf4e4ad, 0xfc2d5e};
constexpr std::uint32_t ericsson_prefixes[] = {
    0x0001ec, 0x0020aa, 0x008037, 0x044e06, 0x1c90be, 0x3407fb, 0x346e9d, 0x348446, 0x3c197d, 0x549b72, 0x58454c, 0x58707f, 0x74c99a,
    0x74d0dc, 0x78d347, 0x7c726e, 0x903809, 0x9055ae, 0x987a10, 0x98a404, 0x98c5db, 0x98fe03, 0xa4a1c2, 0xac3351, 0xac60b6, 0xb061c7,
    0xc835b8, 0xe04735, 0xe40d3b, 0xf0b107, 0xf43c96, 0xf897a9};
constexpr std::uint32_t nokia_prefixes[] = {
    0x000772, 0x00118b, 0x0017cc, 0x001c8e, 0x0020da, 0x002135, 0x00233e, 0x0077e4, 0x00e0da, 0x045665, 0x089bb9, 0x0c7c28, 0x104738,
    0x184a6f, 0x207852, 0x24de8a, 0x2cfaa2, 0x34ce69, 0x3c28a6, 0x3cbd69, 0x48417b, 0x4c2113, 0x500238, 0x549f06, 0x54fa96, 0x608fa4,
    0x64dbf7, 0x6cbee9, 0x781735, 0x783ea1, 0x7c2064, 0x883c93, 0x9075bc, 0x98865d, 0xa0c98b, 0xa4fca1, 0xa8fb40, 0xac8fa9, 0xb4636f,
    0xb8977a, 0xcced21, 0xd099d5, 0xdc0856, 0xdcd9ae, 0xe01fed, 0xe4a1e6, 0xe8f8d0, 0xf82229};
constexpr std::uint32_t cisco_prefixes[] = {
    0x00000c, 0x0003e3, 0x00059a, 0x000820, 0x000a42, 0x000d65, 0x001011, 0x0012d9, 0x0015f9, 0x001906, 0x001b67, 0x001e4a, 0x00220c,
    0x0024c3, 0x002a6a, 0x003a9b, 0x0050f0, 0x008e73, 0x00b04a, 0x00d0bb, 0x00ebd5, 0x084ff9, 0x10b3d5, 0x1cdea7, 0x24e9b3, 0x2c86d2,
    0x382056, 0x40ce24, 0x4c710c, 0x50f722, 0x5c3e06, 0x64e950, 0x6c410e, 0x70695a, 0x74860b, 0x7cf880, 0x889cad, 0x9c4e20, 0xa411bb,
    0xaca016, 0xb83861, 0xc08b2a, 0xc8608f, 0xccef48, 0xd4e880, 0xe4387e, 0xec4476, 0xf4cfe2};
constexpr std::uint32_t juniper_prefixes[] = {
    0x000585, 0x0014f6, 0x001db5, 0x00239c, 0x009069, 0x045c6c, 0x08b258, 0x100e7e, 0x1c9c8c, 0x209339, 0x288a1c, 0x2c2131, 0x3063ea,
    0x3c08cd, 0x3c8c93, 0x408f9d, 0x40dead, 0x485a0d, 0x4c6d58, 0x50c709, 0x5800bb, 0x5c5eab, 0x648788, 0x6c62fe, 0x784f9b, 0x7ce2ca,
    0x80acac, 0x841888, 0x8828fb, 0x88d98f, 0x94f7ad, 0x9c5a80, 0xa4515e, 0xac78d1, 0xb0c69a, 0xb4f95d, 0xc00380, 0xc81337, 0xcce194,
    0xd0dd49, 0xd4996c, 0xdc38e1, 0xe45d37, 0xe824a6, 0xec13db, 0xec94d5, 0xf4a739, 0xf8c001};
constexpr std::uint32_t ciena_prefixes[] = {
    0x00238a, 0x0479fd, 0x144e2a, 0x1892a4, 0x1c1161, 0x208058, 0x2c39c1, 0x2c4a11, 0x54c33e, 0x5c07a4, 0x7487bb, 0x78d71a, 0x848dce,
    0x94434d, 0x9c7a03, 0xac89d2, 0xc4836f, 0xc8ca79, 0xd0196a, 0xd439b8, 0xd4b7d0, 0xe09b27, 0xe46d7f, 0xecb0e1};
constexpr std::uint32_t adva_prefixes[] = {
    0x00001a, 0x000218, 0x0003d5, 0x00088f, 0x000b47, 0x000b90, 0x000e02, 0x001071, 0x001289, 0x0012b3, 0x001384, 0x0015b2, 0x00190f,
    0x001c5a, 0x001c8f, 0x00207d, 0x002142, 0x0022fe, 0x00232f, 0x0026eb, 0x0040db, 0x0060f4, 0x0080b0, 0x009026, 0x00a07a, 0x00c051,
    0x00c0fb, 0x00d08b, 0x00d0e9, 0x080003, 0x18bc57, 0x2046f9, 0x289af7, 0x3497fb, 0x541fd5, 0x581d91, 0x701aed, 0x70bdd2, 0x74fe48,
    0x90507b, 0x906c4b, 0xb0e97e, 0xb8daf7, 0xc477af, 0xca8fa5, 0xe016b1, 0xe8481f, 0xec5b73};
constexpr std::uint32_t infinera_prefixes[] = {
    0x000bf8, 0x3c0268};
constexpr std::uint32_t calix_prefixes[] = {
    0x00025d, 0x000631, 0x04bc9f, 0x1074c5, 0x142103, 0x1c8b76, 0x44657f, 0x487746, 0x4c4341, 0x5cdb36, 0x60db98, 0x84d343, 0xb89470,
    0xccbe59, 0xd0768f, 0xda9d49, 0xe46cd1, 0xec4f82, 0xf885f9};
constexpr std::uint32_t adtran_prefixes[] = {
    0x00014f, 0x000630, 0x001992, 0x002445, 0x00a0c8, 0x205f3d, 0x28d0cb, 0x38f8f6, 0x5422e0, 0xac139c, 0xac51ee, 0xcc6618};
constexpr std::uint32_t fiberhome_prefixes[] = {
    0x002fd9, 0x04c1b9, 0x087458, 0x0c8447, 0x1077b0, 0x142233, 0x18d225, 0x1cde57, 0x24b7da, 0x28172e, 0x28f7d6, 0x341a35, 0x383d5b,
    0x3c1060, 0x485aea, 0x540a77, 0x583bd9, 0x5ca4a4, 0x68403c, 0x68dece, 0x6c3845, 0x6ca858, 0x7412bb, 0x74c9a3, 0x7cc74a, 0x803af4,
    0x844dbe, 0x88659f, 0x8c73a0, 0x90837e, 0x9c88ad, 0xa0d83d, 0xa8fece, 0xacc4a9, 0xb0a7d2, 0xb8c716, 0xbcc00f, 0xc4f0ec, 0xcc0677,
    0xd00492, 0xd07880, 0xd467e7, 0xd8f507, 0xe42f26, 0xe8b3ef, 0xece6a2, 0xf4573e, 0xf8c96c};
constexpr std::uint32_t dzs_prefixes[] = {
    0x000147, 0x000271, 0x00180c, 0x001ce0, 0x003052, 0x0050ca, 0x00a01b, 0x00d0cb, 0x00e0df, 0x182ca9, 0x18d071, 0x2443e2, 0x304f75,
    0x40f21c, 0x54aed0, 0x9c65ee, 0xb8477a, 0xcc6c52, 0xd096fb, 0xdc4965, 0xf42756};
constexpr std::uint32_t raisecom_prefixes[] = {
    0x000e5e, 0x201f54, 0x2cb6c8, 0x4cb911, 0x5476b2, 0x7891e9, 0x980074, 0xa86d5f, 0xb8a14a, 0xc850e9, 0xccc2e0, 0xe4c770};
constexpr std::uint32_t ribbon_prefixes[] = {
    0x00020e, 0x00065f, 0x00106b, 0x0016fa, 0x00208f, 0x30c507, 0xcc40b2, 0xf854af};
constexpr std::uint32_t ceragon_prefixes[] = {
    0x000a25, 0x08bab7, 0x3c4cd0, 0xf4b5bb};
constexpr std::uint32_t aviat_prefixes[] = {
    0x00106a};
constexpr std::uint32_t cambium_prefixes[] = {
    0x000456, 0x30cbc7, 0x58c17a, 0x906d62, 0xb4a25c, 0xbca993, 0xbce67c, 0xfc1165};
constexpr std::uint32_t casa_prefixes[] = {
    0xd0dbb7, 0xf02e51};
constexpr std::uint32_t arris_prefixes[] = {
    0x0000c5, 0x000ce5, 0x001225, 0x0014e8, 0x0015a8, 0x001700, 0x00195e, 0x001adb, 0x001cc3, 0x001dd0, 0x001e5a, 0x002143, 0x002395,
    0x002495, 0x002641, 0x00ace0, 0x0cb771, 0x10e177, 0x1835d1, 0x207355, 0x28c87a, 0x2c9924, 0x386bbb, 0x3cdfa9, 0x446ab7, 0x5075f1,
    0x5860d8, 0x6092f5, 0x6c639c, 0x7085c6, 0x74f612, 0x8096b1, 0x8871b1, 0x8c763f, 0x90c792, 0x986b3d, 0xa0c562, 0xa4ed4e, 0xacdb48,
    0xb4f2e8, 0xc089ab, 0xc8aa21, 0xd0e54d, 0xd4ab82, 0xe45740, 0xe86d52, 0xf0fcc8, 0xf88b37};
constexpr std::uint32_t rad_prefixes[] = {
    0x1806f5};
constexpr std::uint32_t h3c_prefixes[] = {
    0x000fe2, 0x00bed5, 0x04a959, 0x083be9, 0x0cda41, 0x1090fa, 0x14517e, 0x18c009, 0x305f77, 0x30b037, 0x34ca81, 0x3891d5, 0x38ad8e,
    0x3cd2e5, 0x40734d, 0x441afa, 0x48bd3d, 0x5098b8, 0x54c6ff, 0x58b38f, 0x5cc999, 0x60da83, 0x689320, 0x6ce5f7, 0x703d15, 0x70baef,
    0x741f4a, 0x7449d2, 0x74d6cb, 0x782c29, 0x7c1e06, 0x80616c, 0x846569, 0x882a5e, 0x9023b4, 0x90f7b2, 0x943bb0, 0x98a92d, 0x9c0971,
    0xa069d9, 0xac7409, 0xb0f963, 0xbc2247, 0xc40778, 0xd461fe, 0xdcda80, 0xeccd4c, 0xf47488};
constexpr std::uint32_t extreme_prefixes[] = {
    0x000130, 0x000496, 0x00dcb2, 0x00e02b, 0x08ea44, 0x0c9b78, 0x206c8a, 0x209ef7, 0x348584, 0x40882f, 0x40b215, 0x44e4e6, 0x489bd5,
    0x5858cd, 0x5859c2, 0x601d56, 0x6c0370, 0x7467f7, 0x7896a3, 0x7c95b1, 0x885bdd, 0x887e25, 0x90b832, 0x949b2c, 0xa473ab, 0xa4ea8e,
    0xa8c647, 0xac7f8d, 0xaced32, 0xb42d56, 0xb4a3bd, 0xb85001, 0xbcf310, 0xc413e2, 0xc8665d, 0xc8675e, 0xd802c0, 0xd854a2, 0xdc233b,
    0xdcb808, 0xdce650, 0xe0a129, 0xe444e5, 0xf02b7c, 0xf06426, 0xf45424, 0xf46e95, 0xf4eab5};
constexpr std::uint32_t arista_prefixes[] = {
    0x001c73, 0x28993a, 0x28e71d, 0x2cdde9, 0x30862d, 0x3838a6, 0x444ca8, 0x540f2c, 0x5c16c7, 0x606b5b, 0x688bf4, 0x68bf6c, 0x7483ef,
    0x948ed3, 0x985d82, 0x9c69ed, 0xa43f68, 0xac3d94, 0xb492fe, 0xc06911, 0xc0d682, 0xc4ca2b, 0xcc1aa3, 0xd4aff7, 0xe01ca7, 0xe47876,
    0xe8aec5, 0xec8a48, 0xfc59c0, 0xfcbd67};
constexpr std::uint32_t mikrotik_prefixes[] = {
    0x000c42, 0x085531, 0x18fd74, 0x2cc81b, 0x488f5a, 0x48a98a, 0x4c5e0c, 0x64d154, 0x6c3b6b, 0x744d28, 0x789a18, 0xb869f4, 0xc4ad34,
    0xcc2de0, 0xd401c3, 0xd4ca6d, 0xdc2c6e, 0xe48d8c, 0xf41e57};
constexpr std::uint32_t ubiquiti_prefixes[] = {
    0x00156d, 0x002722, 0x0418d6, 0x0cea14, 0x18e829, 0x1c6a1b, 0x245a4c, 0x24a43c, 0x28704e, 0x44d9e7, 0x602232, 0x687251, 0x68d79a,
    0x70a741, 0x7483c2, 0x74acb9, 0x784558, 0x788a20, 0x802aa8, 0x847848, 0x942a6f, 0x9c05d6, 0xac8ba9, 0xb4fbe4, 0xd021f9, 0xd8b370,
    0xdc9fdb, 0xe063da, 0xe43883, 0xf09fc2, 0xf492bf, 0xf4e2c6, 0xfcecda};
constexpr std::uint32_t fortinet_prefixes[] = {
    0x00090f, 0x000ce6, 0x0401a1, 0x04d590, 0x085b0e, 0x38c0ea, 0x483a02, 0x704ca5, 0x7478a6, 0x7818ec, 0x80802c, 0x84398f, 0x906cac,
    0x94f392, 0x94ff3c, 0xac712e, 0xd476a0, 0xe023ff, 0xe81cba, 0xe8edd6};
constexpr std::uint32_t supermicro_prefixes[] = {
    0x002590, 0x003048, 0x0cc47a, 0x3cecef, 0x7cc255, 0x905a08, 0xac1f6b};

constexpr std::uint32_t huawei_enterprises[] = {2011};
constexpr std::string_view huawei_words[] = {"huawei", "versatile routing platform"};
constexpr std::uint32_t zte_enterprises[] = {3902};
constexpr std::string_view zte_words[] = {"zte", "zxr10", "zxa10", "zxan"};
constexpr std::uint32_t ericsson_enterprises[] = {193};
constexpr std::string_view ericsson_words[] = {"ericsson", "redback", "smartedge"};
constexpr std::uint32_t nokia_enterprises[] = {94, 637, 6527};
constexpr std::string_view nokia_words[] = {"nokia", "alcatel", "timos", "timetra", "isam"};
constexpr std::uint32_t samsung_enterprises[] = {236};
constexpr std::string_view samsung_words[] = {"samsung"};
constexpr std::uint32_t cisco_enterprises[] = {9};
constexpr std::string_view cisco_words[] = {"cisco"};
constexpr std::uint32_t juniper_enterprises[] = {2636};
constexpr std::string_view juniper_words[] = {"juniper", "junos"};
constexpr std::uint32_t ciena_enterprises[] = {1271, 6141};
constexpr std::string_view ciena_words[] = {"ciena", "saos"};
constexpr std::uint32_t adva_enterprises[] = {2544};
constexpr std::string_view adva_words[] = {"adva optical", "fsp 3000", "fsp 150"};
constexpr std::uint32_t infinera_enterprises[] = {21296, 42229};
constexpr std::string_view infinera_words[] = {"infinera", "coriant"};
constexpr std::uint32_t calix_enterprises[] = {6321};
constexpr std::string_view calix_words[] = {"calix"};
constexpr std::uint32_t adtran_enterprises[] = {664};
constexpr std::string_view adtran_words[] = {"adtran"};
constexpr std::uint32_t fiberhome_enterprises[] = {5875};
constexpr std::string_view fiberhome_words[] = {"fiberhome"};
constexpr std::uint32_t dzs_enterprises[] = {5504, 6296};
constexpr std::string_view dzs_words[] = {"dasan", "zhone"};
constexpr std::uint32_t raisecom_enterprises[] = {8886};
constexpr std::string_view raisecom_words[] = {"raisecom"};
constexpr std::uint32_t ribbon_enterprises[] = {1286, 2879};
constexpr std::string_view ribbon_words[] = {"sonus", "eci telecom"};
constexpr std::uint32_t ceragon_enterprises[] = {2281};
constexpr std::string_view ceragon_words[] = {"ceragon"};
constexpr std::uint32_t aviat_enterprises[] = {2509};
constexpr std::string_view aviat_words[] = {"aviat"};
constexpr std::uint32_t cambium_enterprises[] = {17713};
constexpr std::string_view cambium_words[] = {"cambium"};
constexpr std::uint32_t casa_enterprises[] = {20858};
constexpr std::string_view casa_words[] = {"casa systems"};
constexpr std::uint32_t arris_enterprises[] = {4115, 4998};
constexpr std::string_view arris_words[] = {"arris", "cadant"};
constexpr std::uint32_t rad_enterprises[] = {164};
constexpr std::string_view rad_words[] = {"rad data"};
constexpr std::uint32_t h3c_enterprises[] = {25506};
constexpr std::string_view h3c_words[] = {"h3c", "comware"};
constexpr std::uint32_t extreme_enterprises[] = {1916};
constexpr std::string_view extreme_words[] = {"extreme networks", "extremexos"};
constexpr std::uint32_t arista_enterprises[] = {30065};
constexpr std::string_view arista_words[] = {"arista"};
constexpr std::uint32_t mikrotik_enterprises[] = {14988};
constexpr std::string_view mikrotik_words[] = {"mikrotik", "routeros", "rosssh"};
constexpr std::uint32_t ubiquiti_enterprises[] = {41112};
constexpr std::string_view ubiquiti_words[] = {"ubiquiti", "edgeos"};
constexpr std::uint32_t fortinet_enterprises[] = {12356};
constexpr std::string_view fortinet_words[] = {"fortinet", "fortigate"};
constexpr std::uint32_t supermicro_enterprises[] = {10876};
constexpr std::string_view supermicro_words[] = {"supermicro", "super micro"};
constexpr std::uint32_t dell_enterprises[] = {674};
constexpr std::string_view dell_words[] = {"idrac"};
constexpr std::uint32_t hpe_enterprises[] = {232, 47196};
constexpr std::string_view hpe_words[] = {"integrated lights-out", "ilo ", "proliant"};

constexpr std::array table{
    Vendor{"huawei", huawei_enterprises, huawei_words, huawei_prefixes},
    Vendor{"zte", zte_enterprises, zte_words, zte_prefixes},
    Vendor{"ericsson", ericsson_enterprises, ericsson_words, ericsson_prefixes},
    Vendor{"nokia", nokia_enterprises, nokia_words, nokia_prefixes},
    Vendor{"samsung", samsung_enterprises, samsung_words, {}},
    Vendor{"cisco", cisco_enterprises, cisco_words, cisco_prefixes},
    Vendor{"juniper", juniper_enterprises, juniper_words, juniper_prefixes},
    Vendor{"ciena", ciena_enterprises, ciena_words, ciena_prefixes},
    Vendor{"adva", adva_enterprises, adva_words, adva_prefixes},
    Vendor{"infinera", infinera_enterprises, infinera_words, infinera_prefixes},
    Vendor{"calix", calix_enterprises, calix_words, calix_prefixes},
    Vendor{"adtran", adtran_enterprises, adtran_words, adtran_prefixes},
    Vendor{"fiberhome", fiberhome_enterprises, fiberhome_words, fiberhome_prefixes},
    Vendor{"dzs", dzs_enterprises, dzs_words, dzs_prefixes},
    Vendor{"raisecom", raisecom_enterprises, raisecom_words, raisecom_prefixes},
    Vendor{"ribbon", ribbon_enterprises, ribbon_words, ribbon_prefixes},
    Vendor{"ceragon", ceragon_enterprises, ceragon_words, ceragon_prefixes},
    Vendor{"aviat", aviat_enterprises, aviat_words, aviat_prefixes},
    Vendor{"cambium", cambium_enterprises, cambium_words, cambium_prefixes},
    Vendor{"casa", casa_enterprises, casa_words, casa_prefixes},
    Vendor{"arris", arris_enterprises, arris_words, arris_prefixes},
    Vendor{"rad", rad_enterprises, rad_words, rad_prefixes},
    Vendor{"h3c", h3c_enterprises, h3c_words, h3c_prefixes},
    Vendor{"extreme", extreme_enterprises, extreme_words, extreme_prefixes},
    Vendor{"arista", arista_enterprises, arista_words, arista_prefixes},
    Vendor{"mikrotik", mikrotik_enterprises, mikrotik_words, mikrotik_prefixes},
    Vendor{"ubiquiti", ubiquiti_enterprises, ubiquiti_words, ubiquiti_prefixes},
    Vendor{"fortinet", fortinet_enterprises, fortinet_words, fortinet_prefixes},
    Vendor{"supermicro", supermicro_enterprises, supermicro_words, supermicro_prefixes},
    Vendor{"dell", dell_enterprises, dell_words, {}},
    Vendor{"hpe", hpe_enterprises, hpe_words, {}},
};
// clang-format on

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

bool has_word(std::string_view text, std::string_view word) noexcept {
    constexpr std::size_t short_word = 4;  // may begin many others: it must end there, too
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b; };
    for (std::size_t from = 0; from < text.size();) {
        const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), word.begin(), word.end(), same);
        if (found == text.end()) return false;
        const std::size_t at = static_cast<std::size_t>(found - text.begin()), end = at + word.size();
        const bool begins = at == 0 || !is_letter(text[at - 1]), ends = word.size() > short_word || end == text.size() || !is_letter(text[end]);
        if (begins && ends) return true;
        from = at + 1;
    }
    return false;
}

std::string_view vendor_of_mac(const Mac& mac) noexcept {
    const std::uint32_t prefix = std::uint32_t{mac[0]} << 16 | std::uint32_t{mac[1]} << 8 | mac[2];
    for (const Vendor& vendor : table)
        if (std::ranges::binary_search(vendor.prefixes, prefix)) return vendor.name;
    return {};
}

std::string_view vendor_of_enterprise(std::uint32_t number) noexcept {
    for (const Vendor& vendor : table)
        if (std::ranges::find(vendor.enterprises, number) != vendor.enterprises.end()) return vendor.name;
    return {};
}

std::string_view vendor_of_text(std::string_view text) noexcept {
    for (const Vendor& vendor : table)
        for (const std::string_view word : vendor.words)
            if (has_word(text, word)) return vendor.name;
    return {};
}

}  // namespace weir::learn
