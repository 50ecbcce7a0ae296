"""The accounts room: who there is, how they prove it, what they allow, and what happened to them.

accounts     what can be done with an account       login     prove a user name and a password
register     the tables of accounts and names       limits    failures per account and address
passwords    rules and Argon2id                     resets    the operator's one-time codes
phones       numbers, proven by a code              invites   codes for signing up
audit        security events                        factors   second factors: totp, passkeys, recovery, challenges
proofs       when somebody last proved who they are allowances, addresses, turns: what limits are made of
"""
