# Signing in.

sign-in-title = Sign in
sign-in-pass-comes-along = Your pass comes along. Type your password, and set up a new way to sign in.
login-hint = The name that { $organisation } gave you for signing in.
login-hint-demo = In the demo: one of those that the terminal printed, such as ana or ben.
sign-in-with-passkey = Sign in with a passkey
cannot-sign-in-why = Lost or new phone, wrong codes, no password
forgotten-password = Forgotten your password?
forgotten-password-with-passkey = If you have a passkey, sign in with it. On the page that opens then you can set a new password, and need not know the old one.
forgotten-password-by-mail = Have a link mailed to you
forgotten-password-by-mail-how = You need your mailbox, and a code of your app or of your hardware token. The new password works after 24 hours.
forgotten-password-asked = If this way is open to you, a link is on its way to your mailbox. It works for 30 minutes. If none comes, ask the help desk.
send-me-a-link = Send me a link
no-password-by-mail = Your organisation does not replace passwords by mail. Ask the help desk.
password-link = Set a new password
password-link-how = Type a code of your app or of your hardware token, and the password that you want. It works after 24 hours; until then every contact of yours is told, and you can stop it.
password-link-code = The end of the link
password-link-code-hint = It is filled in if you opened the link in the mail. Otherwise it is what stands behind the # in the link.
password-link-device-code = Code from your app or your token
password-link-set = Set it
password-link-done = Your new password works in 24 hours
password-link-works-from = It works from { $at }. Until then your old password works. We have written to every contact of yours; if you did not do this, use the link there.
wrong-password-link = This link was used, or it is too old. Ask for a new one.
password-link-is-over = This link opens nothing any more. Ask the help desk what can be done.
new-password-waits-already = A new password waits for this account already. It can be stopped by the link in the message about it.
forgotten-password-without-passkey = I have no passkey
forgotten-password-help-desk = Ask the help desk what can be done
back-to-recovery = Back to your recovery page

second-step-title = Second step
second-step-heading = One more step
second-step-enter-code = Enter your code
second-step-in-code-app = From your code app, the entry <strong>{ $organisation }, { $login }</strong>.
second-step-until = This page works until { $at }.
second-step-has-none = None of your second steps works at the moment.
new-code-every-half-minute = A new code comes every 30 seconds.
another-way = Another way
another-way-code-app = Six or eight digits that change by themselves
another-way-token = The small device with a display
another-way-passkey = On this device, your phone or a security key
another-way-push = Type the number that we show into its app
another-way-sent-code = Six digits, for this page only
another-way-backup-code = One of the ten that you kept
approve-on-your-phone = Approve on your phone
code-from-your-token = Code from your token
use-passkey-or-key = Use your passkey or security key
use-a-backup-code = Use a backup code
backup-code = Backup code
use-backup-code = Use backup code
cannot-use-second-step = I can't use my second step
cannot-use-second-step-why = See what else can let you in

text-a-code-to = Text a code to { $to }
call-with-a-code = Call { $to } with a code
mail-a-code-to = Mail a code to { $to }

# The page that takes a code that was sent.
sent-code-title = Type the code
sent-code-by-text = A text with a code of six digits is on its way to { $to }.
sent-code-by-call = A call to { $to } reads out a code of six digits.
sent-code-by-mail = A mail with a code of six digits is on its way to { $to }.
sent-code-late = The message to { $to } takes longer than it should. Wait a little, or use another way.
sent-code-failed = The message to { $to } did not go out yet. We go on trying; use another way if you have one.
sent-code-until = It works until { $at }, in this browser and nowhere else.
sent-code-is-yours = For this page only
sent-code-nobody-asks = Nobody from your organisation asks for this code, the help desk neither. Whoever does wants to be let in as you.
have-another-code-sent = Send another code

# The page that waits for a phone.
push-title = Approve on your phone
push-open-your-phone = Open the app on your phone, and type <strong>this number</strong> there:
push-where-the-app-is = The app is the page <strong>{ $address }</strong> on your phone.
push-number-until = It works until { $at }. This page goes on by itself.
push-number-is-yours = For your own phone only
push-nobody-asks-for-number = Nobody from your organisation asks for this number. Whoever asks you to type theirs wants to be let in as you.
push-approved = Your phone said yes.
push-denied = Your phone said no.
push-wrong-numbers = Wrong numbers were typed on your phone.
push-over = Your phone did not answer in time.
push-ask-again = Ask my phone again
push-use-another-way = Use another way

# The app on the phone, /phone.
phone-app-name = { $organisation }: approve sign-ins
phone-title = Approve sign-ins
phone-needs-javascript = This page needs JavaScript: the phone's key is in the browser.
phone-browser-too-old = This browser can't keep a key for you. Use an up-to-date one, at an address that begins with https.
connect-this-phone = Connect this phone
phone-connect-why = Press only if it was you who asked for this link on your account page, a moment ago.
phone-is-connected = This phone is connected. Leave this page open, or come back to it when you sign in.
phone-approved = You said yes. The sign-in goes on.
phone-denied = You said no. The sign-in does not go on.
phone-disowned = The sign-in has ended, and your organisation is warned. Whoever it was has your password, or an account that you linked: change the password of both now.
phone-requests = What is asked
phone-no-requests = Nothing at the moment. This page looks by itself while it is open.
phone-accounts = Accounts on this phone
phone-no-accounts = None yet. Sign in on your computer, and add this phone on your account page.
phone-wake-me = Wake this phone when something is asked
phone-wakes = This phone is woken from now on. If its battery saver holds that back, open this page yourself.
phone-wake-title = { $organisation }: are you signing in?
phone-wake-body = Open to see what is asked.
phone-paste-a-link = I have a link
phone-link = Link from your account page
phone-is-it-you = Are you signing in?
phone-organisation = Organisation
phone-browser = Browser
phone-address = Address
phone-place = Place
phone-asked-at = Time
phone-number = Number on the sign-in page
phone-approve = Yes, let me in
phone-deny = No
phone-not-me = This is not me
phone-not-me-what = It ends the sign-in, tells all your contacts and warns your organisation.
phone-forget = Forget on this phone

pass-title = Enrolment pass
pass-heading = Your enrolment pass
pass-wanted = This account has no second step at the moment. To set one up you need the pass that your recovery page shows you. The password alone is not enough.
no-pass = No pass? <a href="{ $case }">Open your recovery page</a>, or <a href="{ $start }">start a recovery</a>.

toast-back-in = You are back in. Your recovery is closed, and every contact on file is told.

sign-in-with-provider = Sign in with { $title }
to-provider = To { $title }
to-provider-why = You sign in there, and come back here.
from-provider = Back from { $title }
go-on-signing-in = Go on
go-on-to-provider = Go on to { $title }
