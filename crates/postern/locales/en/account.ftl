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
loss-security-key = If you lose security key “{ $name }”
loss-password = If you forget your password
loss-backup-codes = If you lose your backup codes
loss-every-device = If you lose all your devices at once
loss-leaves = You can still get in with: { $ways }
loss-password-leaves = You can still get in with: { $ways }. Once in, you can set a new password.
loss-locks-out = You would be locked out: only the help desk could let you in.
left-code-app = code app “{ $name }”
left-passkey = passkey “{ $name }”
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
factor-passkey = Passkey
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
prove-to-set-clock = Then show another factor of yours, so that nobody does this in your place.
set-clock-with-a-code = Set it with a code from another app
no-other-factor-for-clock = This wants another factor of yours that works, such as a passkey, and you have none. Set the phone's date and time to automatic, or call the help desk.
name-or-remove = Name or remove
name = Name
save-the-name = Save the name
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

# Proof by a way in that is there.
use-a-passkey = Use a passkey
code-from-app-you-have = Code from the app that you have
code-from-app-without-passkey = Code from the app that you have (if your passkey is not at hand)

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
replace-password-how = Choose a new password, then use a passkey. It stands in for the password that you have forgotten; a code from an app or a backup code does not.

remove-factor = Remove { $name }
factor-title-added = { $title }, added { $at }
only-way-in = This is the only way you have to sign in. Add another one first, then remove this one. If it is lost or stolen, call the help desk.
remove-what-happens = It opens your account no more. You stay signed in here; every other session of yours ends, and all your contacts are told. Show one of the ways in that you still have.
remove-shuts-desk = The desk is shut to you then: it opens to a passkey only, and a first passkey waits for 24 hours or for a second yes.
remove-with-a-passkey = Remove it with a passkey
remove-with-a-code = Remove it with a code

# What was just done.
toast-notices = Your choice is saved.
toast-session-ended = That session is ended.
toast-clock-set = The clock is set. Its codes work again.
toast-factor-named = The name is saved.
toast-factor-removed = It is removed.
toast-code-app = The code app works from now on.
toast-password-changed = Your password is changed. Every other session of yours has ended.
toast-codes-kept = The new backup codes count from now on.
