// SPDX-License-Identifier: Apache-2.0
#include "parsers/ike/ike_names.hpp"

#include "parsers/base/code_name.hpp"

namespace weir::ike {
namespace {

constexpr std::array payloads_1{CodeName{1, "SecurityAssociation"},
                                CodeName{2, "Proposal"},
                                CodeName{3, "Transform"},
                                CodeName{4, "KeyExchange"},
                                CodeName{5, "Identification"},
                                CodeName{6, "Certificate"},
                                CodeName{7, "CertificateRequest"},
                                CodeName{8, "Hash"},
                                CodeName{9, "Signature"},
                                CodeName{10, "Nonce"},
                                CodeName{11, "Notification"},
                                CodeName{12, "Delete"},
                                CodeName{13, "VendorID"},
                                CodeName{15, "SaKekPayload"},
                                CodeName{16, "SaTekPayload"},
                                CodeName{17, "KeyDownload"},
                                CodeName{18, "SequenceNumber"},
                                CodeName{19, "ProofOfPossession"},
                                CodeName{20, "NatDiscovery"},
                                CodeName{21, "NatOriginalAddress"},
                                CodeName{22, "GroupAssociatedPolicy"}};

constexpr std::array payloads_2{CodeName{33, "SecurityAssociation"},
                                CodeName{34, "KeyExchange"},
                                CodeName{35, "IdentInitiator"},
                                CodeName{36, "IdentResponder"},
                                CodeName{37, "Certificate"},
                                CodeName{38, "CertificateRequest"},
                                CodeName{39, "Authentication"},
                                CodeName{40, "Nonce"},
                                CodeName{41, "Notify"},
                                CodeName{42, "Delete"},
                                CodeName{43, "VendorID"},
                                CodeName{44, "TrafficSelectorInitiator"},
                                CodeName{45, "TrafficSelectorResponder"},
                                CodeName{46, "EncryptedAndAuthenticated"},
                                CodeName{47, "Configuration"},
                                CodeName{48, "ExtensibleAuthentication"},
                                CodeName{49, "GenericSecurePasswordMethod"},
                                CodeName{53, "EncryptedAndAuthenticatedFragment"}};

constexpr std::array notifies{CodeName{1, "UNSUPPORTED_CRITICAL_PAYLOAD"},
                              CodeName{4, "INVALID_IKE_SPI"},
                              CodeName{5, "INVALID_MAJOR_VERSION"},
                              CodeName{7, "INVALID_SYNTAX"},
                              CodeName{9, "INVALID_MESSAGE_ID"},
                              CodeName{11, "INVALID_SPI"},
                              CodeName{14, "NO_PROPOSAL_CHOSEN"},
                              CodeName{17, "INVALID_KE_PAYLOAD"},
                              CodeName{24, "AUTHENTICATION_FAILED"},
                              CodeName{34, "SINGLE_PAIR_REQUIRED"},
                              CodeName{35, "NO_ADDITIONAL_SAS"},
                              CodeName{36, "INTERNAL_ADDRESS_FAILURE"},
                              CodeName{37, "FAILED_CP_REQUIRED"},
                              CodeName{38, "TS_UNACCEPTABLE"},
                              CodeName{39, "INVALID_SELECTORS"},
                              CodeName{43, "TEMPORARY_FAILURE"},
                              CodeName{44, "CHILD_SA_NOT_FOUND"},
                              CodeName{16384, "INITIAL_CONTACT"},
                              CodeName{16385, "SET_WINDOW_SIZE"},
                              CodeName{16386, "ADDITIONAL_TS_POSSIBLE"},
                              CodeName{16387, "IPCOMP_SUPPORTED"},
                              CodeName{16388, "NAT_DETECTION_SOURCE_IP"},
                              CodeName{16389, "NAT_DETECTION_DESTINATION_IP"},
                              CodeName{16390, "COOKIE"},
                              CodeName{16391, "USE_TRANSPORT_MODE"},
                              CodeName{16392, "HTTP_CERT_LOOKUP_SUPPORTED"},
                              CodeName{16393, "REKEY_SA"},
                              CodeName{16394, "ESP_TFC_PADDING_NOT_SUPPORTED"},
                              CodeName{16395, "NON_FIRST_FRAGMENTS_ALSO"},
                              CodeName{16396, "MOBIKE_SUPPORTED"},
                              CodeName{16404, "MULTIPLE_AUTH_SUPPORTED"},
                              CodeName{16406, "REDIRECT_SUPPORTED"},
                              CodeName{16407, "REDIRECT"},
                              CodeName{16408, "REDIRECTED_FROM"},
                              CodeName{16417, "EAP_ONLY_AUTHENTICATION"},
                              CodeName{16418, "CHILDLESS_IKEV2_SUPPORTED"},
                              CodeName{16430, "IKEV2_FRAGMENTATION_SUPPORTED"},
                              CodeName{16431, "SIGNATURE_HASH_ALGORITHMS"},
                              CodeName{16435, "USE_PPK"},
                              CodeName{16438, "INTERMEDIATE_EXCHANGE_SUPPORTED"}};

constexpr std::array exchanges_1{CodeName{1, "base"},       CodeName{2, "main"},          CodeName{3, "authentication-only"},
                                 CodeName{4, "aggressive"}, CodeName{5, "informational"}, CodeName{6, "transaction"},
                                 CodeName{32, "quick"},     CodeName{33, "new-group"}};
constexpr std::array exchanges_2{
    CodeName{34, "sa-init"},        CodeName{35, "auth"},         CodeName{36, "create-child-sa"},      CodeName{37, "informational"},
    CodeName{38, "session-resume"}, CodeName{43, "intermediate"}, CodeName{44, "followup-key-exchange"}};

constexpr std::array encryptions_1{CodeName{1, "EncDesCbc"},       CodeName{2, "EncIdeaCbc"},      CodeName{3, "EncBlowfishCbc"},
                                   CodeName{4, "EncRc5R16B64Cbc"}, CodeName{5, "EncTripleDesCbc"}, CodeName{6, "EncCastCbc"},
                                   CodeName{7, "EncAesCbc"},       CodeName{8, "EncCamelliaCbc"}};
constexpr std::array encryptions_2{CodeName{1, "ENCR_DES_IV64"},
                                   CodeName{2, "ENCR_DES"},
                                   CodeName{3, "ENCR_3DES"},
                                   CodeName{4, "ENCR_RC5"},
                                   CodeName{5, "ENCR_IDEA"},
                                   CodeName{6, "ENCR_CAST"},
                                   CodeName{7, "ENCR_BLOWFISH"},
                                   CodeName{8, "ENCR_3IDEA"},
                                   CodeName{9, "ENCR_DES_IV32"},
                                   CodeName{11, "ENCR_NULL"},
                                   CodeName{12, "ENCR_AES_CBC"},
                                   CodeName{13, "ENCR_AES_CTR"},
                                   CodeName{14, "ENCR_AES_CCM_8"},
                                   CodeName{15, "ENCR_AES_CCM_12"},
                                   CodeName{16, "ENCR_AES_CCM_16"},
                                   CodeName{18, "ENCR_AES_GCM_8"},
                                   CodeName{19, "ENCR_AES_GCM_12"},
                                   CodeName{20, "ENCR_AES_GCM_16"},
                                   CodeName{21, "ENCR_NULL_AUTH_AES_GMAC"},
                                   CodeName{23, "ENCR_CAMELLIA_CBC"},
                                   CodeName{24, "ENCR_CAMELLIA_CTR"},
                                   CodeName{25, "ENCR_CAMELLIA_CCM_8"},
                                   CodeName{26, "ENCR_CAMELLIA_CCM_12"},
                                   CodeName{27, "ENCR_CAMELLIA_CCM_16"},
                                   CodeName{28, "ENCR_CHACHA20_POLY1305"}};

constexpr std::array groups_1{CodeName{1, "GroupDefault768BitModp"},
                              CodeName{2, "GroupAlternate1024BitModpGroup"},
                              CodeName{3, "GroupEc2nOnGp2p155"},
                              CodeName{4, "GroupEc2nOnGp2p185"},
                              CodeName{5, "Group1536BitModp"},
                              CodeName{14, "Group2048BitModp"},
                              CodeName{15, "Group3072BitModp"},
                              CodeName{16, "Group4096BitModp"},
                              CodeName{17, "Group6144BitModp"},
                              CodeName{18, "Group8192BitModp"},
                              CodeName{19, "Group256BitRandomEcp"},
                              CodeName{20, "Group384BitRandomEcp"},
                              CodeName{21, "Group521BitRandomEcp"},
                              CodeName{22, "Group1024BitModpWith160BitPrime"},
                              CodeName{23, "Group2048BitModpWith224BitPrime"},
                              CodeName{24, "Group2048BitModpWith256BitPrime"}};
constexpr std::array groups_2{CodeName{0, "None"},
                              CodeName{1, "Modp768"},
                              CodeName{2, "Modp1024"},
                              CodeName{5, "Modp1536"},
                              CodeName{14, "Modp2048"},
                              CodeName{15, "Modp3072"},
                              CodeName{16, "Modp4096"},
                              CodeName{17, "Modp6144"},
                              CodeName{18, "Modp8192"},
                              CodeName{19, "Ecp256"},
                              CodeName{20, "Ecp384"},
                              CodeName{21, "Ecp521"},
                              CodeName{22, "Modp1024s160"},
                              CodeName{23, "Modp2048s224"},
                              CodeName{24, "Modp2048s256"},
                              CodeName{25, "Ecp192"},
                              CodeName{26, "Ecp224"},
                              CodeName{27, "BrainpoolP224r1"},
                              CodeName{28, "BrainpoolP256r1"},
                              CodeName{29, "BrainpoolP384r1"},
                              CodeName{30, "BrainpoolP512r1"},
                              CodeName{31, "Curve25519"},
                              CodeName{32, "Curve448"},
                              CodeName{35, "MlKem512"},
                              CodeName{36, "MlKem768"},
                              CodeName{37, "MlKem1024"}};

constexpr std::array hashes_1{CodeName{1, "HashMd5"},      CodeName{2, "HashSha"},      CodeName{3, "HashTiger"},
                              CodeName{4, "HashSha2_256"}, CodeName{5, "HashSha2_384"}, CodeName{6, "HashSha2_512"}};
constexpr std::array integrities_2{CodeName{0, "NONE"},
                                   CodeName{1, "AUTH_HMAC_MD5_96"},
                                   CodeName{2, "AUTH_HMAC_SHA1_96"},
                                   CodeName{3, "AUTH_DES_MAC"},
                                   CodeName{4, "AUTH_KPDK_MD5"},
                                   CodeName{5, "AUTH_AES_XCBC_96"},
                                   CodeName{6, "AUTH_HMAC_MD5_128"},
                                   CodeName{7, "AUTH_HMAC_SHA1_160"},
                                   CodeName{8, "AUTH_AES_CMAC_96"},
                                   CodeName{9, "AUTH_AES_128_GMAC"},
                                   CodeName{10, "AUTH_AES_192_GMAC"},
                                   CodeName{11, "AUTH_AES_256_GMAC"},
                                   CodeName{12, "AUTH_HMAC_SHA2_256_128"},
                                   CodeName{13, "AUTH_HMAC_SHA2_384_192"},
                                   CodeName{14, "AUTH_HMAC_SHA2_512_256"}};
constexpr std::array prfs_2{CodeName{1, "PRF_HMAC_MD5"},      CodeName{2, "PRF_HMAC_SHA1"},     CodeName{3, "PRF_HMAC_TIGER"},
                            CodeName{4, "PRF_AES128_XCBC"},   CodeName{5, "PRF_HMAC_SHA2_256"}, CodeName{6, "PRF_HMAC_SHA2_384"},
                            CodeName{7, "PRF_HMAC_SHA2_512"}, CodeName{8, "PRF_AES128_CMAC"}};
constexpr std::array authentications_1{CodeName{1, "AuthPreSharedKey"},
                                       CodeName{2, "AuthDssSignatures"},
                                       CodeName{3, "AuthRsaSignatures"},
                                       CodeName{4, "AuthEncryptionWithRsa"},
                                       CodeName{5, "AuthRevisedEncryptionWithRsa"},
                                       CodeName{9, "AuthEcdsaSha256"},
                                       CodeName{10, "AuthEcdsaSha384"},
                                       CodeName{11, "AuthEcdsaSha512"},
                                       CodeName{64221, "AuthHybridInitRsa"},
                                       CodeName{65001, "AuthXauthInitPreShared"},
                                       CodeName{65005, "AuthXauthInitRsa"}};

}  // namespace

std::string_view payload_name(std::uint8_t version, std::uint8_t type) noexcept {
    return version == 1 ? name_of(payloads_1, type) : name_of(payloads_2, type);
}
std::string_view notify_name(std::uint16_t type) noexcept { return name_of(notifies, type); }
std::string_view exchange_name(std::uint8_t version, std::uint8_t type) noexcept {
    return version == 1 ? name_of(exchanges_1, type) : name_of(exchanges_2, type);
}
std::string_view encryption_name(std::uint8_t version, std::uint16_t id) noexcept {
    return version == 1 ? name_of(encryptions_1, id) : name_of(encryptions_2, id);
}
std::string_view group_name(std::uint8_t version, std::uint16_t id) noexcept {
    return version == 1 ? name_of(groups_1, id) : name_of(groups_2, id);
}
std::string_view integrity_name(std::uint8_t version, std::uint16_t id) noexcept {
    return version == 1 ? name_of(hashes_1, id) : name_of(integrities_2, id);
}
std::string_view prf_name(std::uint16_t id) noexcept { return name_of(prfs_2, id); }
std::string_view authentication_name(std::uint16_t id) noexcept { return name_of(authentications_1, id); }

}  // namespace weir::ike
