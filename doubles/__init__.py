"""What stands in for Telegram, and small services to try: for tests, benchmarks and pictures.

No double replaces code of ours.
"""
