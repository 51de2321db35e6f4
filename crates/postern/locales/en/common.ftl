# What several pages say, and the frame around them.

skip-to-content = Skip to the content
session = Session
stay-signed-in = Stay signed in
sign-in-and-recovery = Sign-in and recovery
sign-out = Sign out
help-desk-of = { $organisation } help desk
never-asked-for = We never ask for your password, a code or a pass, by phone, mail or chat.

login = Login
password = Password
sign-in = Sign in
continue = Continue
copy = Copy
download = Download
print = Print
cannot-sign-in = I can't sign in
go-to-sign-in = Go to sign-in
sign-in-with-your-passkey = Sign in with your passkey
code-from-your-app = Code from your app
passkey-needs-javascript = A passkey needs JavaScript, because browsers offer passkeys to scripts only.
touch-passkey-and-go-on = Touch your passkey and go on

# A new code app, and its key.
qr-code-with-key = QR code with the key below
cannot-scan = Can't scan? Add an account by hand in the app, named <strong>{ $login }</strong>, with this key:

# Backup codes, where they are shown.
your-new-backup-codes = Your new backup codes
keep-these-backup-codes = Keep these backup codes
have-kept-codes = I have kept these codes

# Beside an address that no network on the internet has.
private-network = private network

# A page that says what went wrong.
send-again = Send it again
go-to-the-form = Go to the form
go-to-the-start = Go to the start
# $request is a number in the server's log.
report-with-request = If you report this, name request { $request }.
