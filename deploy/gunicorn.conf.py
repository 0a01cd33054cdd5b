"""How gunicorn runs the service. https://docs.gunicorn.org/en/stable/settings.html

One process: its threads share commits, and the limits on how often an address may do something
are counted in its memory. SIGHUP starts it anew without refusing a request; SIGTERM lets open
requests end.
"""

wsgi_app = "analytics.wsgi:make_app()"
workers = 1
worker_class = "gthread"
threads = 32
graceful_timeout = 20

# An access log would hold addresses. What fails is in the error log, which has none.
accesslog = None
errorlog = "-"
control_socket_disable = True
