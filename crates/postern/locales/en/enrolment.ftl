# Setting up a way to sign in: after a recovery, and the first one.

enrolment-step = Step { $step } of { $all }

enrol-title = Set up a new way to sign in
enrol-heading = Sign in with your face or finger
passkey-stays-here = A passkey stays on this device. Nobody can phish it, and there is no code to type.
what-a-passkey-is = What a passkey is
passkey-works-with = Works with a face, a fingerprint or the device's PIN
passkey-face-stays = Your face and finger never leave the device
passkey-good-for = Good for { $host } and nothing else
create-a-passkey = Create a passkey
code-app-works-without = A code app works without.
use-a-code-app-instead = Use a code app instead
six-digits-from-an-app = Six digits from an app on your phone

enrol-code-app-title = Set up your code app
install-a-code-app = Install a code app on your phone, if you have none: any app that says "TOTP" will do.
on-this-phone = On this phone:
open-in-the-app = Open it in the app
on-another-device = On another device: scan this picture with the app.
type-six-digits = Type the six digits that the app shows now:
check-the-code = Check the code
use-a-passkey-instead = Use a passkey instead

your-backup-codes = Your backup codes
keep-these-codes = Keep these codes
codes-shown-only-now = Each gets you in once when your device is gone. They are shown <strong>only now</strong>. Anybody who has one and your password gets in.
codes-not-on-device = Not on the device that you sign in with: lose it and you lose both. Paper in a drawer is good.

enrolled-title = One sign-in is left
enrolled-heading = Your new way to sign in is set up
enrolled-now = Sign in with it now: that proves that it works.
sign-in-on-another-device = Sign in on another device
enrolled-next-code = Then comes the app's next code: the one that you just typed works only once.

set-up-title = Set up your account
make-the-first-admin = Make the first admin
set-up-code = Set-up code
set-up-code-printed = Postern printed it when it started.
set-up-code-from-admin = Your admin gave it to you.
set-up-code-works-once = It works once, for a day.
your-name = Your name
mail-address-for-notices = Mail address for notices
new-password = New password
new-password-hint = 12 characters or more. Several unrelated words are good.
