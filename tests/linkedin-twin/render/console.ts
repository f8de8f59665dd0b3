import { Html, html } from './html.ts';

/** A page for people: the state, the levers, the ledger. Not part of the simulated site. */
export function consolePage(): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated LinkedIn</title>
<style>body{font:14px system-ui;margin:20px;max-width:1100px}td,th{padding:2px 8px;text-align:left;border-bottom:1px solid #ddd}fieldset{margin:8px 0}nav a{margin-right:10px}</style></head>
<body><h1>Simulated LinkedIn</h1><p id="clock"></p>
<nav aria-label="Pages"><a href="/login" target="site">Sign in</a><a href="/feed/" target="site">Feed</a><a href="/mynetwork/" target="site">Network</a><a href="/mynetwork/invitation-manager/sent/" target="site">Sent invitations</a><a href="/mynetwork/invite-connect/connections/" target="site">Connections</a><a href="/messaging/" target="site">Messaging</a><a href="/search/results/people/?keywords=stone" target="site">Search</a><a href="/sales/search/people?query=(keywords%3Astone)" target="site">Sales Navigator</a><span id="circles"></span></nav>
<fieldset><legend>Member</legend><select id="member" aria-label="Member"></select>
<button data-do="logout">Log out</button><button data-do="expireSession">Expire session</button>
<select id="challenge" aria-label="Challenge"><option value="">no challenge</option><option>captcha</option><option>email_pin</option><option>phone_code</option><option>app_approval</option><option>restricted</option><option>human_check</option></select><button data-do="requireChallenge">Set challenge</button>
<label>notes left <input id="notes" size="3"></label><label>weekly left <input id="weekly" size="3"></label><button data-do="setQuota">Set quota</button></fieldset>
<fieldset><legend>Person</legend><select id="person" aria-label="Person"></select> <a id="profile" target="site">open their profile</a>
<button data-do="acceptInvite">Accepts</button><input id="text" aria-label="Text of the message" value="Sounds good, tell me more."><button data-do="messageFromOutside">Writes</button><button data-do="inviteFromOutside">Invites the member</button></fieldset>
<fieldset><legend>Site</legend><button data-do="nextEvent">Go to the next scripted event</button><button data-do="day">+1 day</button>
<select id="on" aria-label="Fault on"><option>invite</option><option>message</option><option>withdraw</option><option>follow</option><option>like</option><option>page</option><option>api</option></select><select id="effect" aria-label="What happens"><option>429</option><option>999</option><option>500</option><option>redirect_login</option><option>redirect_loop</option><option>html_in_200</option><option>error_toast</option><option>close_without_success</option><option>drop_after_effect</option><option>hang</option></select><button data-do="armFault">Arm fault once</button>
<select id="locale" aria-label="Language"><option>en</option><option>de</option><option>fr</option></select><button data-do="setLocale">Set locale</button><button data-do="newBuild">New build</button></fieldset>
<p id="answer" role="status"></p><table id="ledger"></table>
${SCRIPT}</body></html>`;
}

const SCRIPT = new Html(`<script>
const $=id=>document.getElementById(id);let state;
async function refresh(){
  state=await (await fetch('/__twin/state')).json();
  $('clock').textContent='Clock '+new Date(state.now).toISOString()+' · next event '+(state.nextEventAt?new Date(state.nextEventAt).toISOString():'none')+' · build '+state.build;
  const fill=(id,list)=>{const old=$(id).value;$(id).replaceChildren(...list.map(([v,t])=>new Option(t,v)));if(old)$(id).value=old};
  fill('member',state.members.map(m=>[m.memberId,m.name+' (notes '+(m.notesLeft??'unlimited')+', week '+m.weeklyInvitesLeft+(m.challenge?', '+m.challenge:'')+')']));
  fill('person',state.people.map(p=>[p.profileId,p.name+' /in/'+p.slug]));
  $('circles').replaceChildren(...state.circles.map(({kind,id,name})=>{const a=document.createElement('a');a.href={group:'/groups/'+id+'/members/',event:'/events/'+id+'/attendees/',sales_list:'/sales/lists/people/'+id,saved_search:'/sales/search/people?savedSearchId='+id}[kind];a.target='site';a.textContent=name;return a}));
  const shown=state.people.find(p=>p.profileId===$('person').value);if(shown)$('profile').href='/in/'+encodeURIComponent(shown.slug)+'/';
  const ledger=await (await fetch('/__twin/ledger')).json();
  $('ledger').replaceChildren(...ledger.slice(-40).reverse().map(e=>{const r=document.createElement('tr');for(const v of [e.seq,new Date(e.at).toISOString(),e.actor,e.kind,e.targetSlug,e.via,e.text,e.url]){r.insertCell().textContent=v??''}return r}));
}
const memberId=()=>$('member').value,person=()=>$('person').value,num=id=>$(id).value===''?undefined:Number($(id).value);
const build={
 requireChallenge:()=>({memberId:memberId(),kind:$('challenge').value||null}),
 setQuota:()=>({memberId:memberId(),quota:{notesLeft:num('notes'),weeklyInvitesLeft:num('weekly')}}),
 acceptInvite:()=>({memberId:memberId(),person:person()}),
 messageFromOutside:()=>({memberId:memberId(),person:person(),text:$('text').value}),
 inviteFromOutside:()=>({memberId:memberId(),person:person(),note:null}),
 armFault:()=>({fault:{on:$('on').value,effect:$('effect').value,times:1}}),
 setLocale:()=>({locale:$('locale').value}),newBuild:()=>({}),
 logout:()=>({memberId:memberId()}),expireSession:()=>({memberId:memberId()}),
 day:()=>({action:'setClockOffset',ms:state.clockOffsetMs+864e5}),
 nextEvent:()=>({action:'setClockOffset',ms:state.clockOffsetMs+Math.max(0,(state.nextEventAt??state.now)-state.now)}),
};
document.addEventListener('click',async e=>{
  const action=e.target.dataset?.do;if(!action)return;$('answer').textContent='';
  const r=await fetch('/__twin/control',{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify({action,...build[action]()})});
  const said=r.ok?'done':(await r.json()).error;await refresh();$('answer').textContent=said;
});
refresh();setInterval(refresh,3000);
</script>`);
