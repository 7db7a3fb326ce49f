"""The daily run (Paymenter: app:cron-job): `steps.py` lists what it does, a file for each noun."""
