### What every feature says. One file per feature stands beside this one.
### "server" is Discord's word for a guild; people read these texts.

error-unexpected = Something went wrong on our side. If it happens again, tell the people who run this bot this number: { $id }.
error-not-ready = I am still starting. Please try again in a moment.
