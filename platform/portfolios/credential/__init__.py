"""Verifiable credentials, pure: build, sign, verify, revoke. No Django, no network, no database.

Open Badges 3.0 on the W3C Verifiable Credentials Data Model 2.0, secured by two Data Integrity proofs
(`eddsa-rdfc-2022`, then `eddsa-jcs-2022`), issued by a `did:web`, revoked by a Bitstring Status List, with evidence
as in-toto statements in DSSE envelopes. The profile is described in docs/credential.md.
"""
