# Signing in.

sign-in-title = Sign in
sign-in-pass-comes-along = Your pass comes along. Type your password, and set up a new way to sign in.
login-hint = The name that { $organisation } gave you for signing in.
login-hint-demo = In the demo: one of those that the terminal printed, such as ana or ben.
sign-in-with-passkey = Sign in with a passkey
cannot-sign-in-why = Lost or new phone, wrong codes, no password
forgotten-password = Forgotten your password?
forgotten-password-with-passkey = If you have a passkey, sign in with it. On the page that opens then you can set a new password, and need not know the old one.
forgotten-password-without-passkey = I have no passkey
forgotten-password-help-desk = Ask the help desk what can be done
back-to-recovery = Back to your recovery page

second-step-title = Second step
second-step-heading = One more step
use-passkey-or-key = Use your passkey or security key
use-a-backup-code = Use a backup code
backup-code = Backup code
use-backup-code = Use backup code
cannot-use-second-step = I can't use my second step
cannot-use-second-step-why = See what else can let you in

pass-title = Enrolment pass
pass-heading = Your enrolment pass
pass-wanted = This account has no second step at the moment. To set one up you need the pass that your recovery page shows you. The password alone is not enough.
no-pass = No pass? <a href="{ $case }">Open your recovery page</a>, or <a href="{ $start }">start a recovery</a>.

toast-back-in = You are back in. Your recovery is closed, and every contact on file is told.
