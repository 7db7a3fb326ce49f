"""What the real Paymenter computed and wrote, replayed against ours.

storefront/ and backoffice/ hold the adapters: for each recorded operation the call of ours that
does the same. The recordings come in two vocabularies, and one name may mean two things.
"""
