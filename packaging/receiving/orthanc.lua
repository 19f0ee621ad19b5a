-- Writes a study into hinged's inbox when it is stable (StableAge seconds without a new instance). Orthanc's user is in
-- the group hinged; both folders are on one file system. Name this file in orthanc.json under "LuaScripts".
local received = '/srv/hinged/received/'
local inbox = '/srv/hinged/inbox/'

-- studyId and the IDs of instances are Orthanc's own, hexadecimal digits and dashes: no tag gets into a command.
function OnStableStudy(studyId, tags, metadata)
  local folder = received .. studyId
  os.execute('umask 007 && mkdir -p ' .. folder)
  for i, instance in ipairs(ParseJson(RestApiGet('/studies/' .. studyId .. '/instances'))) do
    local file = io.open(folder .. '/' .. instance['ID'], 'wb')
    file:write(RestApiGet('/instances/' .. instance['ID'] .. '/file'))
    file:close()
  end
  os.execute('touch ' .. folder .. '/.complete && mv ' .. folder .. ' ' .. inbox)
end
