# SPDX-License-Identifier: ISC
"""Uses a token by PyKCS11.

usage: pykcs11.py MODULE PASSWORD-FILE CHECK…

Writes one line a check, "CHECK: ok" or why not. Fails when any is not ok.
"""
import hashlib
import hmac
import sys

import PyKCS11 as p

MESSAGE = b"a message, as long as it may be"
P256 = bytes.fromhex("06082a8648ce3d030107")
CREATED = []


def find_slot(lib):
    for slot in lib.getSlotList(tokenPresent=True):
        if lib.getTokenInfo(slot).label.strip() == "Keycircle":
            return slot
    raise RuntimeError("no token Keycircle")


def pair(session, mechanism, public, private, label, on_token=True):
    common = [(p.CKA_TOKEN, on_token), (p.CKA_LABEL, label), (p.CKA_ID, label.encode())]
    keys = session.generateKeyPair(common + public, common + [(p.CKA_PRIVATE, True)] + private, mecha=mechanism)
    CREATED.extend(keys)
    return keys


def rsa_pair(session, label="py-rsa"):
    public = [(p.CKA_MODULUS_BITS, 2048), (p.CKA_PUBLIC_EXPONENT, (1, 0, 1)), (p.CKA_VERIFY, True),
              (p.CKA_ENCRYPT, True), (p.CKA_WRAP, True)]
    private = [(p.CKA_SIGN, True), (p.CKA_DECRYPT, True), (p.CKA_UNWRAP, True)]
    return pair(session, p.MechanismRSAGENERATEKEYPAIR, public, private, label)


def ec_pair(session, label="py-ec"):
    return pair(session, p.MechanismECGENERATEKEYPAIR, [(p.CKA_EC_PARAMS, P256), (p.CKA_VERIFY, True)],
                [(p.CKA_SIGN, True), (p.CKA_DERIVE, True)], label)


def secret(session, kind, length, label="py-secret", **flags):
    template = [(p.CKA_CLASS, p.CKO_SECRET_KEY), (p.CKA_KEY_TYPE, kind), (p.CKA_TOKEN, False),
                (p.CKA_LABEL, label), (p.CKA_SENSITIVE, False), (p.CKA_EXTRACTABLE, True)]
    template += [(getattr(p, "CKA_" + name.upper()), value) for name, value in flags.items()]
    if isinstance(length, bytes):
        return session.createObject(template + [(p.CKA_VALUE, length)])
    return session.generateKey(template + [(p.CKA_VALUE_LEN, length)], p.MechanismAESGENERATEKEY)


def signs(session):
    public, private = rsa_pair(session)
    for mechanism in (p.Mechanism(p.CKM_SHA256_RSA_PKCS), p.RSA_PSS_Mechanism(
            p.CKM_RSA_PKCS_PSS, p.CKM_SHA256, p.CKG_MGF1_SHA256, 32)):
        data = hashlib.sha256(MESSAGE).digest() if mechanism.to_native().mechanism == p.CKM_RSA_PKCS_PSS else MESSAGE
        signature = bytes(session.sign(private, data, mechanism))
        assert session.verify(public, data, signature, mechanism)
        assert not session.verify(public, data[::-1], signature, mechanism)
    public, private = ec_pair(session)
    signature = bytes(session.sign(private, hashlib.sha256(MESSAGE).digest(), p.Mechanism(p.CKM_ECDSA)))
    assert len(signature) == 64
    assert session.verify(public, hashlib.sha256(MESSAGE).digest(), signature, p.Mechanism(p.CKM_ECDSA))


def digests(session):
    assert bytes(session.digest(MESSAGE, p.Mechanism(p.CKM_SHA256))) == hashlib.sha256(MESSAGE).digest()
    parts = session.digestSession(p.Mechanism(p.CKM_SHA512))
    parts.update(MESSAGE[:7])
    parts.update(MESSAGE[7:])
    assert bytes(parts.final()) == hashlib.sha512(MESSAGE).digest()


def objects(session):
    data = session.createObject([(p.CKA_CLASS, p.CKO_DATA), (p.CKA_TOKEN, True), (p.CKA_LABEL, "py-note"),
                                 (p.CKA_APPLICATION, "py"), (p.CKA_VALUE, MESSAGE)])
    found = session.findObjects([(p.CKA_CLASS, p.CKO_DATA), (p.CKA_LABEL, "py-note")])
    assert len(found) == 1
    assert bytes(session.getAttributeValue(found[0], [p.CKA_VALUE])[0]) == MESSAGE
    session.setAttributeValue(data, [(p.CKA_LABEL, "py-renamed")])
    assert session.getAttributeValue(data, [p.CKA_LABEL]) == ["py-renamed"]
    session.destroyObject(data)
    assert session.findObjects([(p.CKA_LABEL, "py-renamed")]) == []


def looks(session):
    for item in session.findObjects():
        assert item.to_dict()["CKA_CLASS"].startswith("CKO_")


def random(session):
    session.seedRandom(b"seed")
    assert bytes(session.generateRandom(32)) != bytes(session.generateRandom(32))


def decrypts(session):
    public, private = rsa_pair(session, "py-decrypts")
    for mechanism in (p.MechanismRSAPKCS1, p.RSAOAEPMechanism(p.CKM_SHA256, p.CKG_MGF1_SHA256)):
        assert bytes(session.decrypt(private, bytes(session.encrypt(public, MESSAGE, mechanism)), mechanism)) == MESSAGE


def aes(session):
    key = secret(session, p.CKK_AES, 32, encrypt=True, decrypt=True)
    for mechanism in (p.Mechanism(p.CKM_AES_CBC_PAD, bytes(16)), p.AES_GCM_Mechanism(bytes(12), b"header", 128)):
        sealed = bytes(session.encrypt(key, MESSAGE, mechanism))
        assert MESSAGE not in sealed
        assert bytes(session.decrypt(key, sealed, mechanism)) == MESSAGE


def codes(session):
    key = secret(session, p.CKK_GENERIC_SECRET, MESSAGE, sign=True, verify=True)
    code = bytes(session.sign(key, MESSAGE, p.Mechanism(p.CKM_SHA256_HMAC)))
    assert code == hmac.new(MESSAGE, MESSAGE, hashlib.sha256).digest()
    assert session.verify(key, MESSAGE, code, p.Mechanism(p.CKM_SHA256_HMAC))


def wraps(session):
    key = secret(session, p.CKK_AES, 32, wrap=True, unwrap=True)
    inner = secret(session, p.CKK_AES, MESSAGE[:16])
    wrapped = bytes(session.wrapKey(key, inner, p.Mechanism(p.CKM_AES_KEY_WRAP)))
    again = session.unwrapKey(key, wrapped, [
        (p.CKA_CLASS, p.CKO_SECRET_KEY), (p.CKA_KEY_TYPE, p.CKK_AES), (p.CKA_TOKEN, False),
        (p.CKA_SENSITIVE, False), (p.CKA_EXTRACTABLE, True)], p.Mechanism(p.CKM_AES_KEY_WRAP))
    assert bytes(session.getAttributeValue(again, [p.CKA_VALUE])[0]) == MESSAGE[:16]


def derives(session):
    public, private = ec_pair(session, "py-one")
    other_public, other_private = ec_pair(session, "py-two")
    template = [(p.CKA_CLASS, p.CKO_SECRET_KEY), (p.CKA_KEY_TYPE, p.CKK_GENERIC_SECRET), (p.CKA_TOKEN, False),
                (p.CKA_SENSITIVE, False), (p.CKA_EXTRACTABLE, True), (p.CKA_VALUE_LEN, 32)]
    values = []
    for ours, theirs in ((private, other_public), (other_private, public)):
        point = bytes(session.getAttributeValue(theirs, [p.CKA_EC_POINT])[0])
        key = session.deriveKey(ours, template, p.ECDH1_DERIVE_Mechanism(point))
        values.append(bytes(session.getAttributeValue(key, [p.CKA_VALUE])[0]))
    assert values[0] == values[1] and len(values[0]) == 32


def main():
    module, password_file, *checks = sys.argv[1:]
    with open(password_file, encoding="utf-8") as file:
        password = file.read().rstrip("\n")
    lib = p.PyKCS11Lib()
    lib.load(module)
    slot = find_slot(lib)
    for mechanism in lib.getMechanismList(slot):
        lib.getMechanismInfo(slot, mechanism)
    session = lib.openSession(slot, p.CKF_SERIAL_SESSION | p.CKF_RW_SESSION)
    try:
        session.login(password)
    except p.PyKCS11Error as error:
        sys.exit(f"login: {error}")
    failed = False
    for name in checks:
        try:
            globals()[name](session)
            print(f"{name}: ok")
        except Exception as error:
            failed = True
            print(f"{name}: {type(error).__name__} {error}")
    for item in CREATED:
        session.destroyObject(item)
    session.logout()
    session.closeSession()
    sys.exit(failed)


main()
