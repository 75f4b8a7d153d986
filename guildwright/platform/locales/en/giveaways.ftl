### Giveaways

## Commands, as Discord's menu shows them (100 characters at most)

command-giveaway = Give something away by a fair draw
command-giveaway-start = Start a giveaway: members enter with a button, winners are drawn when it ends
    .prize = What can be won
    .duration = How long members can enter, such as 10m, 1h30m or 2d 4h
    .winners = How many members win, up to 50 (1 if you leave it out)
    .required-roles = Roles that members need to enter: type @ and pick them
    .every-role = Whether all of the required roles are needed, not just one of them
    .blacklist = Roles and members that may not enter: type @ and pick them
    .bonus = Extra entries of roles, such as “@Booster 3, @Artisan 1”
    .level = The level that members need to enter
    .account-age = How old a Discord account must be to enter, such as 30d
    .member-for = How long members must have been in this server, such as 7d
    .claim-timeout = How long a winner has to claim, such as 10m
    .image = The https:// address of a picture
    .colour = The colour of the message’s edge, such as #0C6A60
    .channel = Where to post it (this server’s giveaway channel, or here, if you leave it out)
    .starts-in = Post it later, such as in 2h; its duration counts from then
    .preview = Look at it before it is posted
command-giveaway-edit = Change a giveaway that is scheduled or running
    .giveaway = Its number, or the link or id of its message
    .prize = What can be won
    .ends-in = When it ends, from now, such as 2h
    .starts-in = When a scheduled one starts, from now, such as 2h
    .winners = How many members win, up to 50
    .required-roles = Roles that members need to enter: type @ and pick them; “none” for none
    .every-role = Whether all of the required roles are needed, not just one of them
    .blacklist = Roles and members that may not enter, type @ and pick them; “none” for none
    .bonus = Extra entries of roles, such as “@Booster 3, @Artisan 1”; “none” for none
    .level = The level that members need to enter
    .account-age = How old a Discord account must be to enter, such as 30d; “none” for none
    .member-for = How long members must have been in this server, such as 7d; “none” for none
    .claim-timeout = How long a winner has to claim, such as 10m; “none” for none
    .image = The https:// address of a picture; “none” for none
    .colour = The colour of the message’s edge, such as #0C6A60; “none” for none
command-giveaway-end = End a giveaway now and draw the winners
    .giveaway = Its number, or the link or id of its message
command-giveaway-list = Show the giveaways that are running in this server
command-giveaway-delete = Take a giveaway back: nothing is drawn, and its messages are deleted
    .giveaway = Its number, or the link or id of its message
command-giveaway-reroll = Give prizes that nobody claimed, or one winner’s, to the next in the order of the draw
    .giveaway = Its number, or the link or id of one of its messages
    .winner = Whose prize goes to somebody else (all that nobody holds, if you leave it out)
    .prizes = How many of the prizes that nobody holds (all, if you leave it out)
menu-giveaway-reroll = Reroll giveaway
giveaways-choice = { $number } · { $prize }

## Answers to the one who asked

giveaways-started = Giveaway { $number } for **{ $prize }** starts in <#{ $channel }> and ends <t:{ $timestamp }:R>.
giveaways-scheduled = Giveaway { $number } for **{ $prize }** starts <t:{ $start }:R> in <#{ $channel }> and ends <t:{ $timestamp }:R>.
giveaways-edited = Giveaway { $number } for **{ $prize }** is changed. It ends <t:{ $timestamp }:R>.
giveaways-preview = This is how it will look in <#{ $channel }>. Nobody else sees it until you post it; then the commitment of its draw is added. You have { $minutes } minutes.
giveaways-preview-scheduled = This is how it will look in <#{ $channel }>, <t:{ $start }:R>. Nobody else sees it until then. You have { $minutes } minutes to schedule it.
giveaways-discarded = The giveaway for **{ $prize }** is discarded. Nothing was posted.
giveaways-ending = Giveaway { $number } for **{ $prize }** has ended. The winners are drawn in a moment, in <#{ $channel }>.
giveaways-rerolling = The next winners of giveaway { $number } for **{ $prize }** are told in a moment, in <#{ $channel }>.
giveaways-deleted = Giveaway { $number } for **{ $prize }** is deleted. Nothing is drawn.
giveaways-deleted-drawn = Giveaway { $number } for **{ $prize }** is deleted, though it was drawn already: its messages go, with what they say of its draw. What nobody has claimed by now cannot be claimed any more.
giveaways-entered = You are in the draw for **{ $prize }**. { $entries ->
    [one] You are the only one so far.
   *[other] { $entries } members are in.
} Click again to leave.
giveaways-lost = { $why } So you are out of the draw for **{ $prize }** now.
giveaways-entered-ticket = Your ticket is `{ $ticket }`: by it you find yourself in the record of the draw.
giveaways-entered-commitment = The draw is committed to as `{ $hash }`. Keep that too: it must be among the commitments in the record.
giveaways-left = You have left the draw for **{ $prize }**. Click again to enter.
giveaways-claimed = **{ $prize }** is yours. <@{ $host }> will get in touch with you.
giveaways-claim-lost = { $why } So **{ $prize }** goes to somebody else.

## The giveaway's message

giveaways-panel-ends = Ends <t:{ $timestamp }:R> (<t:{ $timestamp }:f>)
giveaways-panel-ended = Ended <t:{ $timestamp }:f>
giveaways-panel-host = Hosted by <@{ $host }>
giveaways-panel-winners = { $count ->
    [one] 1 winner
   *[other] { $count } winners
}
giveaways-panel-role = Needs the role <@&{ $role }>
giveaways-panel-any-role = Needs one of the roles { $roles }
giveaways-panel-all-roles = Needs all of the roles { $roles }
giveaways-panel-level = Needs level { $level }
giveaways-panel-account-age = Needs a Discord account that is at least { $span } old
giveaways-panel-membership = Needs { $span } in this server
giveaways-panel-not-for = Not for { $roles }
giveaways-panel-bonus = Extra entries: { $bonuses }
giveaways-panel-claim-timeout = Winners have { $span } to claim
giveaways-panel-entries = Entries: **{ $count }**
giveaways-panel-commitment = Draw committed to as `{ $hash }`
giveaways-panel-nobody = Nobody could win.
giveaways-panel-footer = Giveaway { $number }
giveaways-button-enter = Enter or leave
giveaways-button-post = Post
giveaways-button-schedule = Schedule
giveaways-button-discard = Discard
giveaways-button-ended = Ended

## The message between the last entry and the draw

giveaways-closed = The giveaway for **{ $prize }** is closed. { $entries ->
    [0] Nobody is in the draw.
    [one] 1 entry is in the draw.
   *[other] { $entries } entries are in the draw.
}
giveaways-closed-tickets = With bonus entries there are { $tickets } tickets.
giveaways-closed-left-out = { $count ->
    [one] 1 more entry does not count,
   *[other] { $count } more entries do not count,
} by what is asked of entrants now.
giveaways-closed-hash = Hash of the list: `{ $hash }`
giveaways-closed-drand = The winners are drawn with the first round of drand after this message, which nobody can know yet.
giveaways-closed-seed = The winners are drawn now, from the seed that was committed to at the start.
giveaways-closed-late = The winners are drawn now. This giveaway began before seeds were committed to.
giveaways-button-ticket = My ticket
giveaways-ticket = Your ticket in the giveaway for **{ $prize }** is `{ $ticket }`. You find it in the record of the draw; nobody else knows that it is yours.
giveaways-ticket-not-listed = You entered the giveaway for **{ $prize }**, but your ticket `{ $ticket }` is not in the list of its draw. { $why }
giveaways-ticket-why-unknown = When it closed you did not meet what is asked of entrants.

## The record of a draw, a file attached to the winner message

giveaways-record-what = This is the record of a giveaway's draw, for everybody to check.
giveaways-record-check = To check it: guildwright giveaway verify FILE. By hand: docs/giveaways.md of Guildwright.
giveaways-record-proves = It proves that the seed was fixed when the giveaway was posted, the list of entries before it was drawn, and that winners and rerolls follow from both, and from the public round where there is one.
giveaways-record-proves-not = It does not prove that the entries are real people, that those passed over could not win, or, without a public round, that who runs the bot did not try entries of their own against the seed.

## The winner message

giveaways-won = { $members }: you won **{ $prize }**!
giveaways-won-again = { $members }: you were drawn next and won **{ $prize }**!
giveaways-won-over = Won: **{ $prize }**
giveaways-people-more = { $people } and { $count } more
giveaways-claims-open = Not claimed yet: { $members }
giveaways-claims-claimed = Claimed: { $members }
giveaways-claims-failed = Came to claim, but may not win any more: { $members }
giveaways-claims-revoked = Goes to somebody else: { $members }
giveaways-claims-expired = Not claimed in time: { $members }
giveaways-claim-by = Claim it <t:{ $timestamp }:R>, or somebody else is drawn.
giveaways-claim-open = <@{ $member }> has won and not claimed yet.
giveaways-claim-claimed = <@{ $member }> has claimed the prize.
giveaways-claim-failed = <@{ $member }> came to claim, but may not win any more.
giveaways-claim-revoked = The prize of <@{ $member }> goes to somebody else.
giveaways-claim-expired = <@{ $member }> did not claim in time.
giveaways-button-claim = Claim
giveaways-button-claimed = Claimed
giveaways-button-over = Over
giveaways-nobody-could-win = The giveaway for **{ $prize }** is over, and nobody could win it: there was no entry that counted. <@{ $host }>, you can start it again.
giveaways-nobody-may-win = The giveaway for **{ $prize }** is over, and nobody could win it: everybody in the draw has left, or may not win any more. <@{ $host }>, you can start it again.
giveaways-nobody-claimed = The giveaway for **{ $prize }** is over: nobody claimed it in time. <@{ $host }>, you can start it again.
giveaways-some-unclaimed = The giveaway for **{ $prize }** is over. <@{ $host }>, not every prize was claimed in time.

## The list

giveaways-list-title = Giveaways
giveaways-list-empty = No giveaway is running. Start one with /giveaway start.
giveaways-list-scheduled = **{ $number }** · { $prize } · <#{ $channel }> · starts <t:{ $start }:R>
giveaways-list-running = **{ $number }** · { $prize } · <#{ $channel }> · ends <t:{ $timestamp }:R> · entries: { $entries }
giveaways-list-drawing = **{ $number }** · { $prize } · <#{ $channel }> · being drawn · entries: { $entries }
giveaways-list-claiming = **{ $number }** · { $prize } · <#{ $channel }> · waiting for claims · entries: { $entries }

## Refusals

giveaways-refused-no-prize = Say what can be won.
giveaways-refused-long-prize = The prize has { $length } characters; { $limit } are allowed.
giveaways-refused-duration = A giveaway runs from { $seconds } seconds to { $days } days.
giveaways-refused-winners = { $winners } winners are not possible: a giveaway has 1 to { $limit }.
giveaways-refused-too-many = { $limit ->
    [0] Giveaways are not available in this server.
    [one] A giveaway is running in this server already, and no second one is possible.
   *[other] { $limit } giveaways are running in this server, and no more are possible. Wait for one to end, or end one with /giveaway end.
}
giveaways-refused-start = A giveaway can be scheduled up to { $days } days ahead.
giveaways-refused-level-number = The level is a number from 0 to { $limit }.
giveaways-refused-wait = The age of an account and the time in this server can be { $days } days at most.
giveaways-refused-many-roles = Name { $limit } roles at most.
giveaways-refused-many-members = Name { $limit } members at most.
giveaways-refused-required-blacklisted = A role cannot be both required and excluded.
giveaways-refused-many-bonus-roles = { $limit } roles at most can have extra entries.
giveaways-refused-bonus = Each role’s extra entries are 1 or more, and { $limit } at most for all roles together.
giveaways-refused-claim-timeout = Winners can have from { $seconds } seconds to { $days } days to claim.
giveaways-refused-image = The image must be the https:// address of a picture, without spaces and up to { $limit } characters long.
giveaways-refused-colour = The colour is six digits such as #0C6A60.
giveaways-refused-no-levels = Levels are not on in this server, so nobody could enter.
giveaways-refused-everyone = Everybody has the role @everyone: name other roles.
giveaways-refused-no-such-role = These roles are not in this server: { $roles }
giveaways-refused-no-preview = This preview is too old. Use /giveaway start again.
giveaways-refused-not-your-preview = Only the one who made this preview can do that.
giveaways-refused-started = Giveaway { $number } has started already.
giveaways-refused-ends-soon = A giveaway must run for { $seconds } more seconds at least. To end it now, use /giveaway end.
giveaways-refused-same = That changes nothing.
giveaways-refused-unknown = This giveaway does not exist any more.
giveaways-refused-unknown-reference = I know no giveaway “{ $typed }”. Give me its number, the link or id of its message, or exactly its prize. /giveaway list shows their numbers.
giveaways-refused-several = “{ $typed }” is the prize of several giveaways. Give me the number of the one you mean: { $numbers }.
giveaways-refused-already-ended = Giveaway { $number } has ended already.
giveaways-refused-over = This giveaway has ended.
giveaways-refused-not-started = Giveaway { $number } has not started yet. Take it back with /giveaway delete, or change it with /giveaway edit.
giveaways-refused-not-yet = This giveaway has not started yet.
giveaways-refused-full = This giveaway is full: { $limit } members are in.
giveaways-refused-blacklisted = You cannot enter giveaways in this server.
giveaways-refused-blacklisted-here = You cannot enter this giveaway.
giveaways-refused-role = You need the role <@&{ $role }> to enter.
giveaways-refused-any-role = You need one of these roles to enter: { $roles }
giveaways-refused-all-roles = You need these roles as well to enter: { $roles }
giveaways-refused-level = You need level { $level } to enter; you have level { $own }.
giveaways-refused-level-unknown = This giveaway needs level { $level }, but levels are not on in this server. Tell its host.
giveaways-refused-guest = Only members of this server can enter, not guests.
giveaways-refused-new-here = You have not been in this server for long enough. You can enter from <t:{ $ready }:f>.
giveaways-refused-young = Your account is too new for giveaways here. You can enter from <t:{ $ready }:f>.
giveaways-refused-no-ticket = You are not in this draw.
giveaways-refused-no-message = This message is not one of a giveaway. Open the menu of a giveaway’s message, or of one that names its winners.
giveaways-refused-not-drawn = Giveaway { $number } has no winners to replace yet.
giveaways-refused-rerolls = This giveaway was drawn from { $limit } times: that is enough.
giveaways-refused-no-winner = <@{ $member }> holds no prize of this giveaway.
giveaways-refused-all-held = Every prize of this giveaway is held by a winner. Name the winner whose prize is to go to another.
giveaways-refused-fewer-free = Choose from 1 to { $free }: so many prizes of this giveaway are free.
giveaways-refused-not-yours = Only the winners named in this message can claim.
giveaways-refused-claimed = You have claimed this prize already.
giveaways-refused-claim-failed = You may not win this prize any more: it has gone to somebody else.
giveaways-refused-gone = You are not in this server any more.
giveaways-refused-discord-away = Discord does not tell me who you are at the moment. Please click again.
giveaways-refused-too-late = Your time to claim is over.

## The log channel, and the host when something goes wrong

giveaways-log-started = Giveaway { $number } for **{ $prize }** was started in <#{ $channel }> by <@{ $host }>.
giveaways-log-drawn = Giveaway { $number } for **{ $prize }** was drawn from { $entries ->
    [one] 1 entry
   *[other] { $entries } entries
}. Winners: { $winners }
giveaways-log-nobody = Giveaway { $number } for **{ $prize }** was drawn from { $entries ->
    [one] 1 entry
   *[other] { $entries } entries
}. Nobody could win.
giveaways-log-claimed = <@{ $winner }> claimed **{ $prize }** (giveaway { $number }).
giveaways-log-claim-failed = <@{ $winner }> claimed **{ $prize }** (giveaway { $number }), but may not win it any more ({ $reason }). It goes to somebody else.
giveaways-log-expired-next = { $former } did not claim **{ $prize }** in time (giveaway { $number }). Drawn instead: { $winners }
giveaways-log-expired = { $former } did not claim **{ $prize }** in time (giveaway { $number }). Nobody was drawn instead.
giveaways-log-failed-next = The prize of { $former } goes on: **{ $prize }** (giveaway { $number }). Drawn instead: { $winners }
giveaways-log-failed = The prize of { $former } goes to nobody: **{ $prize }** (giveaway { $number }).
giveaways-log-by-hand = <@{ $actor }> gave **{ $prize }** on (giveaway { $number }). Drawn: { $winners }
giveaways-log-by-hand-nobody = <@{ $actor }> wanted to give **{ $prize }** on (giveaway { $number }). Nobody is left who could win it.
giveaways-stopped = Giveaway { $number } for **{ $prize }** was stopped: Discord does not let me post in <#{ $channel }> ({ $why }). Check my permissions there, then start it again.
giveaways-over-untold = Giveaway { $number } for **{ $prize }** is over, and nobody else wins it. I could not say so in <#{ $channel }>: Discord does not let me post there ({ $why }).
giveaways-waits = Giveaway { $number } for **{ $prize }** waits: Discord does not let me post in <#{ $channel }> ({ $why }). Nothing is lost. Check my permissions there: it goes on by itself, after six hours at the latest.
