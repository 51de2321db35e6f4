# The account page, and what hangs on it.

your-account = Your account
back-change-nothing = Back, change nothing
back-to-your-account = Back to your account
name-signs-in-as = { $name }, signs in as { $login }
desk-wants-your-passkey = The desk opens to a passkey only. Sign out, and sign in with yours.
desk-wants-a-passkey = The desk opens to a passkey only. Add one below, and sign in with it.
somebody-needs-your-word = Somebody needs your word
vouch-for = Vouch for { $name }
being-let-back-in = { $name } is being let back in. Is it not them?
reference-opened = { $reference }, opened { $at }

# What could be lost, and what is left then.
readiness-safe = Losing any one thing will not lock you out
readiness-at-risk = Losing one thing would lock you out
readiness-nothing = You have no second way in
readiness-nothing-why = Nothing that you could show after your password works now. Add a passkey or a code app below, or call the help desk.
loss-code-app = If you lose the phone with code app “{ $name }”
loss-passkey = If you lose the device with passkey “{ $name }”, which is on that device only
loss-synced-passkey = If you lose the account that copies passkey “{ $name }” to your devices
loss-sent-code = If no code reaches you at { $name } any more
loss-phone-app = If you lose the phone with phone app “{ $name }”
loss-hardware-token = If you lose hardware token “{ $name }”
loss-security-key = If you lose security key “{ $name }”
loss-password = If you forget your password
loss-backup-codes = If you lose your backup codes
loss-every-device = If you lose all your devices at once
loss-leaves = You can still get in with: { $ways }
loss-password-leaves = You can still get in with: { $ways }. Once in, you can set a new password.
loss-locks-out = You would be locked out: only the help desk could let you in.
left-code-app = code app “{ $name }”
left-passkey = passkey “{ $name }”
left-hardware-token = hardware token “{ $name }”
left-sent-code = a code sent to { $name }
left-phone-app = phone app “{ $name }”
left-security-key = security key “{ $name }”
left-backup-codes = { $count ->
    [one] { $count } backup code
   *[other] { $count } backup codes
}
advice-second-device = Add a second device (2 minutes)
advice-passkey = Add a passkey (2 minutes)
advice-backup-codes = Make backup codes (2 minutes)
desk-has-number-and-manager = If all else is lost: the help desk has a number on file that it may call, and your manager can vouch for you.
desk-has-number = If all else is lost: the help desk has a number on file that it may call. No manager of yours is on file who could vouch for you.
desk-has-manager = If all else is lost: your manager can vouch for you. The help desk has no number on file that it may call today: ask it to add one while you can still sign in.
desk-has-neither = If all else is lost: the help desk has neither a number on file that it may call today nor a manager who could vouch for you. Ask it to add them while you can still sign in.

how-you-sign-in = How you sign in
factor-code-app = Code app
factor-hardware-token = Hardware token
factor-passkey = Passkey
factor-phone-app = Phone app
factor-text-code = Code by text
factor-call-code = Code by call
factor-mail-code = Code by mail
factor-linked-account = Linked account
link-account = Link your { $title }
link-account-why = It stands where your password stands: after it you still show your second step.
prove-to-link-account = Show a way in that you have already. Then you sign in there, and come back here.
go-on-with-a-code = Go on with a code
toast-account-linked = The account is linked. All your contacts are told.
factor-security-key = Security key, after the password
factor-switched-off = switched off
factor-waits = waits
factor-added = added { $at }
factor-added-and-used = added { $at }, last used { $used }
factor-works-from = It works from { $at }, or when a senior or an admin says yes. If you did not add it, remove it and call the help desk.
clock-known-slow-by-seconds = { $count ->
    [one] Its clock is about a second slow.
   *[other] Its clock is about { $count } seconds slow.
}
clock-known-slow-by-minutes = { $count ->
    [one] Its clock is about a minute slow.
   *[other] Its clock is about { $count } minutes slow.
}
clock-known-fast-by-seconds = { $count ->
    [one] Its clock is about a second fast.
   *[other] Its clock is about { $count } seconds fast.
}
clock-known-fast-by-minutes = { $count ->
    [one] Its clock is about a minute fast.
   *[other] Its clock is about { $count } minutes fast.
}
set-clock-of = Set the clock of { $name }
clock-first-automatic = Are its codes refused because the phone's clock is off? First try to set the date and time to automatic in the phone's settings. Where that can't be done, two codes that follow each other tell us how far it is off, and its codes work again.
code-shown-now = The code that it shows now
code-shown-next = The code that it shows next
code-shown-next-hint = Wait until the code changes, at most 30 seconds.
set-right = Set { $name } right
token-out-of-step = It was pressed too often, or its clock is off: its codes are refused until you set it right.
token-set-right-why = Are its codes refused? Two codes that follow each other show where it stands.
prove-to-set-clock = Then show another factor of yours, so that nobody does this in your place.
set-clock-with-a-code = Set it with a code from another app
no-other-factor-for-clock = This wants another factor of yours that works, such as a passkey, and you have none. Set the phone's date and time to automatic, or call the help desk.
name-or-remove = Name or remove
name = Name
save-the-name = Save the name
add-a-way-to-sign-in = Add a way to sign in
nothing-is-enrolled = Nothing is enrolled.
backup-codes = Backup codes
no-codes-left = none left
codes-remaining = { $count ->
    [one] { $count } code remaining
   *[other] { $count } codes remaining
}
make-new-backup-codes = Make new backup codes
new-phone-while-old = A new phone? Add its code app here while you still have the old one, then remove the old one above. Nobody has to be called.

add-a-passkey = Add a passkey
browser-asks-for-passkey = Your browser asks for a passkey that you have, then makes the new one.
or-type-a-code = Or type a code from your app.
code-to-add-passkey = Type the code that your app shows now, so that nobody adds a passkey in your place.
contacts-are-told = All your contacts are told.
first-passkey-waits = For staff the first passkey starts to work after 24 hours, or when a senior or an admin says yes. With a passkey that you have, another one works at once.
code-from-your-app-without-passkey = Code from your app (if your passkey is not at hand)
name-for-it = Name for it (optional)
after-my-password-only = It is a security key without PIN or fingerprint: use it after my password only
adding-passkey-needs-javascript = Adding a passkey needs JavaScript, because browsers offer passkeys to scripts only.

what-we-mail-you = What we mail you about
save = Save
what-is-always-told = What concerns your own account is always told. So is what gives somebody power, to admins and auditors, and what sign-in records show of an attack, to seniors.

keys-of-the-desk = Keys of the desk
keys-are-on = At the desk, single keys do what is done often: <strong>?</strong> shows which. They are off while you type.
keys-are-off = Single keys are switched off in this browser. Ctrl K and Ctrl Enter work all the same.
switch-keys-off = Switch them off
switch-keys-on = Switch them on

where-you-are-signed-in = Where you are signed in
session-from = from { $ip }, since { $at }
this-session = this one
end-this-session = End this session
end-all-other-sessions = End all other sessions
end-sessions-what-happens = { $count ->
    [one] Whoever is signed in there is out at once. You stay signed in here.
   *[other] Whoever is signed in at these { $count } places is out at once. You stay signed in here, and all your contacts are told.
}
prove-to-end-sessions = Show a way in that you have, so that nobody puts you out in your place:
end-with-a-code = End with a code from my app
no-other-session = You are signed in nowhere else.
signed-in-elsewhere = { $count ->
    [one] You are signed in at { $count } other place
   *[other] You are signed in at { $count } other places
}
end-them-if-not-yours = You have just shown how you sign in. If you do not know what is listed below as signed in, end it now.

where-we-reach-you = Where we reach you
no-contacts = Nowhere: nobody can be told of what happens on your account, and the help desk can call no number. Add one.
contact-email = Mail address
contact-mobile = Mobile number
contact-office-phone = Office number
contact-is-lost = reported lost
contact-added-by-you = added by you { $at }
contact-added-by-others = added for you { $at }
add-a-contact = Add a number or mail address
add-contact-what-happens = A code goes there, and it counts once you have typed that. All your contacts from before are told. The help desk calls a new number only after it has been on file for a while.
kind-of-contact = What it is
number-or-address = Number or address
number-with-country = A number with + and the country, as in +44 20 7946 0102, or a whole mail address.
prove-to-change-contacts = Show a way in that you have, so that nobody does it in your place:
send-a-code-there = Send a code there
type-contact-code = Type the code
contact-code-is-on-its-way = If your number or address is right, a code of six digits is on its way there. It counts for 15 minutes.
add-it = Add it
send-another-code = No code came? Go back and look at the number or address
remove-contact = Remove { $value }
nobody-calls-it-any-more = The help desk calls it no more.
remove-contact-what-happens = All your contacts are told. Messages go there for 30 days more, so that nobody removes it in your place unseen.
remove-it = Remove it

trusted-contacts = Trusted contacts
trusted-contact-what-for = Colleagues who know your face and voice, chosen while you can sign in. One day they are to confirm to the help desk that it is you. The help desk does not ask them yet: so far they can help nobody in, neither you nor somebody else.
no-trusted-contacts = You have chosen nobody. Two or three people whom you meet often are a good choice.
trusted-contact-asked = asked
trusted-contact-does-not-count = does not count now
trusted-contact-accepted = accepted { $at }
trusted-contact-answers-until = asked { $at }, can answer until { $until }
choose-a-trusted-contact = Choose a trusted contact
trusted-contacts-full = { $count } are the most that anybody chooses, those who have not answered among them. Remove one first.
trusted-contact-who = Their login, or their mail address at work
trusted-contact-answer-is-alike = We do not say whether somebody here has it. If nobody answers within 14 days, the ask lapses.
choose-trusted-contact-what-happens = They are asked by mail, and say yes or no on their own account page. All your contacts are told, and once a year you are reminded whom you have chosen. You can choose { $count }.
prove-to-change-trusted-contacts = Show a way in that you have, so that nobody does it in your place:
ask-them = Ask them
remove-trusted-contact = Remove { $name }
remove-trusted-contact-what-happens = They are your trusted contact no more. All your contacts are told.
take-ask-back-what-happens = They can say yes no more. All your contacts are told.
who-trusts-you = Who trusts you
who-trusts-you-warning = Whoever says on the phone or in a message that they are one of these people may be somebody else. Never pass a code on, and never say yes to somebody whom you do not know well.
you-serve-since = you are their trusted contact since { $at }
resign-as-trusted-contact = Stop being the trusted contact of { $name }
asks-you = asks you
asks-you-until = to be their trusted contact; you can answer until { $until }
accept-trust = Yes, be a trusted contact of { $name }
decline-trust = No to { $name }
recent-activity = Recent activity
recent-activity-what = What happened on your account, newest first. If something was not you, say so: it takes one press.
all-activity = All activity
older-activity = Older
no-activity = Nothing yet.
this-was-not-me = This wasn't me
was-not-you = not you
activity-at = { $at }
activity-from = { $at }, from { $ip }
activity-from-browser = { $at }, { $browser } at { $ip }
activity-by-colleague = { $at }, by that colleague
activity-by-desk = { $at }, by the help desk or your organisation
activity-signed-in-by-passkey = Signed in with a passkey or security key
activity-signed-in-by-code = Signed in with password and code
activity-signed-in-by-backup-code = Signed in with password and backup code
activity-signed-in-by-phone = Signed in with password and a phone that approved it
activity-signed-in-by-token = Signed in with password and hardware token
activity-phone-refused = A phone refused to approve a sign-in with your password
activity-phone-silent = A phone was asked to approve a sign-in with your password, and nobody answered
activity-account-was-shut = Somebody tried to sign in while the account was suspended
activity-password-put-off = A sign-in was put off after too many wrong passwords
activity-password-led-nowhere = Somebody typed your password, and had nothing to show after it
activity-wrong-password = Somebody typed a wrong password
activity-linked-account-failed = Somebody came with your linked account, and was not let in
activity-second-step-failed = Somebody had your password or linked account, and failed at the second step
activity-passkey-failed = A passkey did not let somebody in
activity-pass-failed = Somebody typed a pass that does not work
activity-factor-added = A way to sign in was added
activity-factor-removed = A way to sign in was removed
activity-factor-named = A way to sign in was renamed
activity-clock-set = A code app or a hardware token was set right
activity-code-sent = A code to sign in was sent to you, after your password
activity-signed-in-by-sent-code = Signed in with password and a code that was sent
activity-push-disowned = On a phone it was said of a sign-in: this is not me
activity-passkey-approved = A waiting passkey was let work
activity-factor-disabled = A way to sign in was switched off after too many wrong tries
activity-factors-reset = All ways to sign in were reset
activity-codes-kept = New backup codes came into use
activity-codes-given = New backup codes were made possible
activity-code-used = A backup code was used up
activity-record-changed = Your name, manager, tier or role was changed
activity-set-up-code = A new set-up code was made
activity-contact-added = A number or mail address was added
activity-contact-attested = A number or mail address counts from now on
activity-contact-removed = A number or mail address was removed
activity-trusted-asked = Somebody was asked to be your trusted contact
activity-trusted-accepted = A colleague became your trusted contact
activity-trusted-ended = A trusted contact was removed, or an ask is over
activity-contact-lost = A number or mail address was reported lost
activity-disowned = You said of something that it was not you
activity-password-link = Somebody asked for a link to set a new password
activity-password-waits = A new password was set that waits for 24 hours
activity-password-stopped = A new password that waited was stopped
activity-password-changed = The password was set or changed
activity-suspended = The account was suspended
activity-enabled = The account was opened again
activity-lock-lifted = After wrong tries, another one was let through before its time
activity-sessions-ended = Sessions were ended
activity-session-ended = A session was ended, or somebody signed out
activity-pass-shown = A one-use pass was shown
activity-pass-used = A one-use pass was used
activity-request-opened = Somebody asked to recover your account
activity-request-joined = Somebody went on with a request to recover your account
activity-request-verified = The proof of a request to recover your account sufficed
activity-request-refused = A request to recover your account was refused
activity-request-stopped = A request to recover your account was stopped
activity-request-closed = A request to recover your account is over
disown-what-happens = One press ends every other session, sign-ins half done, passkeys and codes that do not work yet, and open requests to recover your account. The help desk looks at it, and all your contacts are told. What works already stays: look at it afterwards.
disown-stays = You have just shown how you sign in, so you stay signed in here.
disown-ends-here-too = You are signed out here too, unless you first show a way in that you have.
stay-by-a-passkey = Touch a passkey to stay signed in here
code-to-stay = Code from your app, to stay signed in here (optional)
stop-it-now = This wasn't me: stop it now
disowned-sessions = { $count ->
    [0] Nobody else was signed in.
    [one] { $count } session has ended.
   *[other] { $count } sessions have ended.
}
what-to-do-now = What to do now
disowned-sign-in-again = <a href="{ $page }">Sign in again</a>.
disowned-change-password = <a href="{ $page }">Change your password</a>.
disowned-look-at-factors = <a href="{ $page }">Look at how you sign in</a>: remove what you do not know.
disowned-call = If you cannot, or if you find something that you do not know, call the help desk. It can suspend your account at once.

# Proof by a way in that is there.
use-a-passkey = Use a passkey
code-from-app-you-have = Code from the app or token that you have
code-from-app-without-passkey = Code from the app or token that you have (if your passkey is not at hand)

# How each of them is guarded, where it is added.
guard-code-app = Keep the phone locked with a PIN, a finger or a face, and show its codes to nobody. Where the app can ask for a PIN of its own, let it.
guard-phone = Keep the phone locked with a PIN, a finger or a face, and let nobody else use it unlocked.
guard-passkey = Whoever can unlock the device can use its passkey: keep it locked with a PIN that nobody else knows, and add no finger or face but your own. Carry a security key with you, apart from the computer.
guard-hardware-token = Carry it with you or lock it away, apart from the computer, and write no password on it.
guard-number-or-mailbox = Keep your phone locked, and your mailbox behind a second step of its own. If your number stops working without a reason, somebody may have taken it.
if-it-is-lost = If it is lost or stolen, remove it on your account page with another way in, or call the help desk at once: it can suspend your account until you are back.

# A hardware token.
add-a-token = Add a hardware token
add-a-token-why = A small device that shows codes, which your organisation has given to you. No phone is needed. All your contacts are told.
token-serial = Serial number
token-serial-hint = It stands on the back of the token.
prove-to-add-token = Show a way in that you have already, so that nobody adds a token in your place:
add-token-with-a-code = Add it with a code

# Codes by text, call or mail.
add-sent-codes = Codes by text, call or mail
add-sent-codes-why = After your password a code of six digits is sent to a number or an address of yours. It is a way in for when nothing better is at hand.
sent-codes-are-weakest = This is the <strong>weakest way</strong> to sign in: whoever takes over your number or your mailbox gets the code, and so does whoever talks you into reading it out. A passkey cannot be taken like that, and a code app less easily: add one of them, and keep this beside it. You can remove it at any time.
where-codes-go = Where codes go
codes-from-then-on = From { $at }.
prove-to-add-sent-codes = Show a way in that you have already, so that nobody has your codes sent elsewhere:
send-codes-there = Send codes there from now on
readiness-sent-codes-weak = Codes by text, call or mail are weak: whoever takes over your number or mailbox gets them. Add a passkey or a code app.

# A phone that approves sign-ins.
add-a-phone = Add a phone that approves
add-a-phone-why = When you sign in, your phone asks whether it was you, and you type the number that the sign-in page shows. All your contacts are told.
prove-to-add-phone = Show a way in that you have already, so that nobody adds a phone in your place:
show-link-with-a-code = Show the link with a code
scan-with-phone-camera = Point the <strong>phone's camera</strong> at this picture, and open what it shows:
qr-code-with-link = QR code with the link for the phone
phone-is-this-one = You read this on the phone itself?
phone-page-asks = The page that opens asks whether to connect the phone. Press the button there.
phone-link-works-once = The link works once, for ten minutes. Give it to nobody: whoever opens it first has the phone that approves.
phone-app-is-installed = The app is on the phone's home screen already
phone-app-paste-link = Some phones keep what is on the home screen apart from the browser. Open the app there, choose “I have a link”, and paste this:

add-a-code-app = Add a code app
add-a-code-app-why = For a new phone, or a second one. The app that you have goes on working until you remove it. All your contacts are told.
scan-with-new-phone = Scan this picture with the app on the <strong>new</strong> phone:
code-of-new-app = Code that the new app shows
new-phone = New phone
prove-to-add-app = Show a way in that you have already, so that nobody adds an app in your place:
add-with-a-code = Add it with a code

new-backup-codes = New backup codes
codes-not-used-yet = { $count ->
    [one] You have { $count } code that was not used yet. It stays good until you have kept the new ones.
   *[other] You have { $count } codes that were not used yet. They stay good until you have kept the new ones.
}
no-backup-codes = You have no backup codes. Ten of them get you in when your phone is not at hand, once each.
prove-to-make-codes = Show a way in that you have, so that nobody makes codes in your place:
make-codes-with-a-code = Make codes with a code from my app
no-method-works = None of your sign-in methods works now. Call the help desk.
new-codes-keep-safe = Each one gets you in once when your phone is not at hand. They are shown <strong>this once</strong>; anybody who has one and your password gets in, so keep them where you keep your passport.
new-codes-good-when-kept = They are good as soon as you say that you have kept them. Until then, any codes that you had before still work.
use-these-codes = Use these codes from now on
back-leave-codes = Back, leave the codes as they were

change-password = Change your password
change-password-what-happens = You stay signed in here; every other session of yours ends, and all your contacts are told.
current-password = Password that you have now
prove-to-change-password = Show a way in that you have, so that nobody changes it in your place:
change-it-with-a-code = Change it with a code from my app
do-not-know-password = I do not know it
replace-password = Set a new password without the old one
new-password-waits = A new password waits for your account
new-password-works-from = Somebody set it with a link that we mailed, and a code of yours. It works from { $at }; until then your old password works. If it was not you, stop it.
stop-new-password = This wasn’t me: stop it
no-new-password-waits = No new password waits: it was stopped already, or works by now.
replace-password-how = Choose a new password, then use a passkey. It stands in for the password that you have forgotten; a code from an app or a backup code does not.

remove-factor = Remove { $name }
factor-title-added = { $title }, added { $at }
only-way-in = This is the only way you have to sign in and to change your account. Add a passkey or a code app first, then remove this one. If it is lost or stolen, call the help desk.
remove-what-happens = It opens your account no more. You stay signed in here; every other session of yours ends, and all your contacts are told. Show one of the ways in that you still have.
remove-shuts-desk = The desk is shut to you then: it opens to a passkey only, and a first passkey waits for 24 hours or for a second yes.
remove-with-a-passkey = Remove it with a passkey
remove-with-a-code = Remove it with a code

# What was just done.
toast-notices = Your choice is saved.
toast-others-failed = Since you were here last, somebody had your password or linked account, and failed at the second step. If it was not you, change the password of both; your account page lists it under recent activity.
toast-own-contact-added = It counts from now on. Your other contacts are told.
toast-own-contact-removed = It is off the file. Messages go there for 30 days more.
toast-trusted-contact-asked = If somebody here has that login or address, they are asked. Your contacts are told.
toast-trusted-contact-accepted = You are their trusted contact from now on. They are told.
toast-trusted-contact-declined = You have said no. They are told.
toast-trusted-contact-removed = It is removed. Your contacts are told.
toast-trusted-contact-resigned = You are their trusted contact no more. They are told.
toast-session-ended = That session is ended.
toast-clock-set = It is set. Its codes work again.
toast-hardware-token = The token works from now on.
toast-other-sessions-ended = Every other session of yours is ended.
toast-sent-code-added = Codes can be sent there when you sign in.
toast-factor-named = The name is saved.
toast-factor-removed = It is removed.
toast-code-app = The code app works from now on.
toast-password-changed = Your password is changed. Every other session of yours has ended.
toast-password-stopped = The new password is stopped, and the help desk hears of it. Your old password goes on working.
toast-codes-kept = The new backup codes count from now on.
