### Why a command or button was refused. Each says what is missing and, where there is one, the way out.

guard-disabled = This command is switched off in this server.
guard-channel = This command works only in { $channels }.
guard-role = This command needs one of these roles: { $roles }.
guard-user-missing = You need the permission { $permissions } for this.
guard-user-missing-or-role = You need the permission { $permissions } or one of these roles for this: { $roles }.
guard-user-missing-there = You need the permission { $permissions } in <#{ $channel }> for this. Choose another channel.
guard-self = You cannot do this to yourself.
guard-owner = <@{ $member }> owns this server, so nobody can do this to them.
guard-above-you = <@{ $member }>’s highest role is not below yours, so you cannot do this to them.
guard-bot-itself = I cannot do this to myself.
guard-above-me = <@{ $member }>’s highest role is not below mine. Move my role above theirs in Server Settings → Roles.
guard-bot-missing = I am missing { $permissions } in <#{ $channel }>. Allow it for my role in that channel’s settings, or choose another channel.
guard-slow-down = That is a lot of commands. Try again in { $seconds ->
    [one] a second
   *[other] { $seconds } seconds
}.

## Permissions, called what Discord calls them

permission-administrator = Administrator
permission-ban-members = Ban Members
permission-create-public-threads = Create Public Threads
permission-embed-links = Embed Links
permission-kick-members = Kick Members
permission-manage-channels = Manage Channels
permission-manage-guild = Manage Server
permission-manage-messages = Manage Messages
permission-manage-roles = Manage Roles
permission-moderate-members = Timeout Members
permission-read-message-history = Read Message History
permission-send-messages = Send Messages
permission-send-messages-in-threads = Send Messages in Threads
permission-view-channel = View Channel

## Clicks and messages that lead nowhere

button-unknown = This button is from an older version of me and does nothing any more. /help shows what I can do.
message-command-unfinished = “{ $name }” needs a second word. Ask for “help” to see what there is.
message-command-unreadable = I could not read that. Write it like this, with quotes ("…") around what has spaces: { $usage }

## Durations as people type them

span-without-unit = “{ $text }” has no unit. Write for example { $text }m for minutes, { $text }h for hours or { $text }d for days.
span-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
span-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
span-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
span-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
span-unreadable = I cannot read “{ $text }” as a duration. Write for example 90s, 10m, 1h30m or 2d 4h.

## Roles and members in the text of a command

mentions-unreadable = I cannot read `{ $text }` as roles or members. Type @ and pick them, one after the other.
mentions-no-roles = I cannot read `{ $text }` as roles. Type @ and pick roles, one after the other.
mentions-no-counts = I cannot read `{ $text }` as roles with numbers. Write for example “@Booster 3, @Artisan 1”, each role once.
