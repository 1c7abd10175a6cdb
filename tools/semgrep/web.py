# Bad and good, side by side: what each rule finds and what it leaves alone. Never run.
# ruleid: no-mark-safe
mark_safe(name)
# ok: no-mark-safe
format_html("<b>{}</b>", name)
# ruleid: format-html-put-together
format_html(f"<b>{name}</b>")
# ruleid: format-html-put-together
format_html("<b>%s</b>" % name)
# ok: format-html-put-together
format_html("<b>{}</b>", name)
# ruleid: no-csrf-exempt
from django.views.decorators.csrf import csrf_exempt
# ruleid: no-csrf-exempt
view = csrf_exempt(view)
# ok: no-csrf-exempt
from django.views.decorators.csrf import csrf_protect
# ruleid: no-open-redirect
redirect(request.GET["next"])
# ruleid: no-open-redirect
HttpResponseRedirect(request.META["HTTP_REFERER"])
# ok: no-open-redirect
redirect("order", order.number)
# ruleid: html-from-request
HttpResponse(request.GET["q"])
# ok: html-from-request
render(request, "search.html", {"q": words})
# ruleid: secret-key-elsewhere
key = settings.SECRET_KEY
# ok: secret-key-elsewhere
signing.dumps(what, salt="link")
# ruleid: no-debug-on
DEBUG = True
# ok: no-debug-on
DEBUG = ENVIRONMENT.debug
# ruleid: no-any-host
ALLOWED_HOSTS = ["*"]
# ok: no-any-host
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
# ruleid: no-http-client-elsewhere
import httpx
# ruleid: no-http-client-elsewhere
import requests
# ruleid: no-http-client-elsewhere
import urllib.request
# ruleid: no-http-client-elsewhere
import http.client
# ok: no-http-client-elsewhere
from jingming.base.outbound import fetch
# ruleid: no-connect-elsewhere
socket.create_connection((host, 80))
# ok: no-connect-elsewhere
fetch(address)
# ruleid: no-unverified-tls
fetch(address, verify=False)
# ruleid: no-unverified-tls
context.check_hostname = False
# ok: no-unverified-tls
ssl.create_default_context()
# ruleid: no-weak-hash
hashlib.md5(content)
# ok: no-weak-hash
hashlib.sha256(content)
