"""A real SAML identity provider, PyPI's pysaml2, on loopback: whoever types a name there is who they say.

Prints its settings as one line of JSON, takes the metadata of its one service provider at /metadata, and then signs people in.
"""

import datetime
import html
import json
import pathlib
import shutil
import sys
import tempfile
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256


def make_key(folder):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Pier")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now)
    certificate = builder.not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))


def start_server(url, folder, metadata):
    sign_in = [(f"{url}/sso", BINDING_HTTP_REDIRECT)]
    idp = {"endpoints": {"single_sign_on_service": sign_in}, "name_id_format": [NAMEID_FORMAT_PERSISTENT]}
    config = {
        "entityid": f"{url}/saml",
        "service": {"idp": idp},
        "key_file": str(folder / "key.pem"),
        "cert_file": str(folder / "certificate.pem"),
        "metadata": {"inline": [metadata]},
        "xmlsec_binary": shutil.which("xmlsec1"),
    }
    return Server(config=IdPConfig().load(config))


class Provider(BaseHTTPRequestHandler):
    server_of = {}

    def do_GET(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(query.get(name, ""))}">'
            for name in ("SAMLRequest", "RelayState")
        )
        self.answer(
            f'<!doctype html><html lang="en"><title>Pier</title><link rel="icon" href="data:,"><h1>Sign in to Pier</h1>'
            f'<form method="post" action="/sso">{hidden}<label>Account <input name="account"></label>'
            f"<button>Sign in to Pier</button></form></html>"
        )

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        if self.path == "/metadata":
            self.server_of["idp"] = start_server(self.server_of["url"], self.server_of["folder"], body)
            return self.answer("")
        sent = dict(urllib.parse.parse_qsl(body))
        self.answer(self.signed_in(sent["account"], sent["SAMLRequest"], sent["RelayState"]))

    def signed_in(self, account, request, relay_state):
        idp = self.server_of["idp"]
        asked = idp.response_args(idp.parse_authn_request(request, BINDING_HTTP_REDIRECT).message)
        name = NameID(format=NAMEID_FORMAT_PERSISTENT, sp_name_qualifier=asked["sp_entity_id"], text=account)
        response = idp.create_authn_response(
            {},
            userid=account,
            name_id=name,
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": idp.config.entityid},
            sign_assertion=True,
            sign_response=True,
            sign_alg=SIG_RSA_SHA256,
            digest_alg=DIGEST_SHA256,
            **asked,
        )
        form = idp.apply_binding(BINDING_HTTP_POST, str(response), asked["destination"], relay_state, response=True)
        return form["data"]

    def answer(self, page):
        text = page.encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def main():
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        make_key(folder)
        http = HTTPServer(("127.0.0.1", 0), Provider)
        url = f"http://127.0.0.1:{http.server_port}"
        Provider.server_of.update(url=url, folder=folder)
        settings = {
            "entity_id": f"{url}/saml",
            "sign_in_url": f"{url}/sso",
            "certificates": (folder / "certificate.pem").read_text(),
        }
        print(json.dumps({"url": url, "settings": settings}), flush=True)
        # Whoever started it closes this when it is over.
        threading.Thread(target=lambda: (sys.stdin.read(), http.shutdown()), daemon=True).start()
        http.serve_forever()


main()
