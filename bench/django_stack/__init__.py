"""What one would pick by default in Django: REST framework, simplejwt with its blacklist, PostgreSQL, gunicorn."""
