### What belongs to no feature. "server" is Discord's word for a guild; people read these texts.

error-unexpected = Something went wrong on our side. If it happens again, tell the people who run this bot this number: { $id }.
error-not-ready = I am still starting. Please try again in a moment.

presence = /help

## /help

command-help = Show what you can do with Guildwright here
help-title = What you can do here
help-line = **/{ $name }**: { $about }
help-by-message = You can also write them as a message: { $example }
help-by-message-blind = A message that starts with “{ $prefix }” does not reach me: the people who run this bot have not switched on message content.
help-rest = { $count ->
    [one] One more command is not available to you here.
   *[other] { $count } more commands are not available to you here.
}

## /setup

command-setup = Check how Guildwright is set up in this server and what to do next
setup-title = Setting up Guildwright
setup-welcome = Thank you for having me. This is what I need and what to do first; /setup shows it again.
setup-fine = ✅ { $text }
setup-amiss = ⚠️ { $text }
setup-permissions-fine = I have the permissions that I need in this server.
setup-permissions-missing = I am missing { $permissions }. Allow it for my role in Server Settings → Roles, or invite me again with the link below.
setup-channel-fine = I can post in <#{ $channel }> ({ $knob }).
setup-channel-missing = I cannot post in <#{ $channel }> ({ $knob }): I am missing { $permissions } there.
setup-role-missing = The role { $role } ({ $knob }) does not exist in this server any more.
setup-config-own = This server has its own settings, in version { $generation }.
setup-config-none = This server runs on the default settings.
setup-config-broken = The newest settings have an error, so the last good ones are in use: { $error }
setup-prefix-blind = Messages that start with “{ $prefix }” do not reach me: the people who run this bot have not switched on message content. A mention works.
setup-next-title = What to do next
setup-next-giveaway = Start a giveaway with /giveaway start.
setup-next-help = See every command with /help.
setup-invite-title = Invite link with the least permissions

## The audit channel

audit-refused = <@{ $member }> was refused { $name } in <#{ $channel }>: { $why }
setup-button = Check again

## Commands that lead nowhere

command-unknown = I do not know this command here. /help in a server shows what I can do.
